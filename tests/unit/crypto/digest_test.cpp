#include "models/crypto/digest.h"

#include <boost/test/unit_test.hpp>

#include "tests/unit/crypto/fixtures.h"

using namespace uketsuke;

BOOST_AUTO_TEST_SUITE(digest)

// FIPS 180-4, examples published by NIST for the message "abc".
BOOST_AUTO_TEST_CASE(digests_of_abc_are_those_of_the_standard) {
  BOOST_TEST(wire::to_hex(crypto::sha1(fixtures::of("abc"))) ==
             "a9993e364706816aba3e25717850c26c9cd0d89d");
  BOOST_TEST(wire::to_hex(crypto::sha256(fixtures::of("abc"))) ==
             "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(wire::to_hex(crypto::sha256({})) ==
             "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// RFC 8017, 9.2 note 1.
BOOST_AUTO_TEST_CASE(digest_info_is_the_algorithm_and_the_digest) {
  BOOST_TEST(wire::to_hex(crypto::sha256_digest_info_of(fixtures::of("abc"))) ==
             "3031300d060960864801650304020105000420"
             "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

BOOST_AUTO_TEST_SUITE_END()
