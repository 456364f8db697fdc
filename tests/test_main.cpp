// main() of every Boost.Test executable.
#define BOOST_TEST_MODULE uketsuke
#include <boost/test/unit_test.hpp>
