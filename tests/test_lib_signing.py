import hashlib

from odoo.tests import BaseCase, tagged

from ..lib import signing

SECRET = "test_secret"
CALL = {
    "access_token": "tok123",
    "app_key": "appkey1",
    "path": "/integratedsupplychain/order/cancel/v1",
    "body": (
        '[{"ownerNo":"EBU0000000000001","pin":"pin1",'
        '"orderNo":"ESL0000000000001","orderType":"XSCK"}]'
    ),
    "timestamp": "2024-01-02 03:04:05",
}
SIGNS = {
    "md5-salt": "7ef97d7879be2458024a0826a11f1a09",
    "HMacMD5": "y0ywXnlH/TsDkMjWntUjPQ==",
    "HMacSHA1": "PPGuWnvbbvS2+yHeAGoaipxunFQ=",
    "HMacSHA256": "b1zqXTP7dfHv6m5/y3uRpnUAwWrwJ27kBULYMCe08j8=",
    "HMacSHA512": (
        "8RwUQ5D3SLj+cgm0zVcK/yEcTcLPCZYN8VDoDNJf6cS5/lYLzvrM7w37m+eRXvfj"
        "YyUg2L8WkxNa9Y0kX9IX/Q=="
    ),
}
MESSAGE = {
    "app_key": "appkey1",
    "topic": "order.status",
    "body": '{"orderNo":"ESL1","note":"已出库"}'.encode(),
    "timestamp": "2024-01-02 03:04:05",
}


@tagged("post_install", "-at_install")
class TestSigning(BaseCase):
    def test_every_algorithm_signs_a_call_as_its_vector_says(self):
        self.assertEqual(set(SIGNS), set(signing.ALGORITHMS))
        for algorithm, expected in SIGNS.items():
            with self.subTest(algorithm=algorithm):
                sign = signing.jdl_call(SECRET, algorithm=algorithm, **CALL)
                self.assertEqual(sign, expected)

    def test_text_and_bytes_of_a_body_are_signed_alike(self):
        as_bytes = {**CALL, "body": CALL["body"].encode()}
        for algorithm in signing.ALGORITHMS:
            self.assertEqual(
                signing.jdl_call(SECRET, algorithm=algorithm, **as_bytes),
                signing.jdl_call(SECRET, algorithm=algorithm, **CALL),
            )

    def test_an_unknown_algorithm_is_a_mistake_of_ours(self):
        with self.assertRaises(ValueError):
            signing.jdl_call(SECRET, algorithm="sha3", **CALL)

    def test_the_renewal_of_a_token_is_signed_as_its_vector_says(self):
        sign = signing.jdl_refresh(
            SECRET,
            app_key="appkey1",
            refresh_token="ref1",
            timestamp="2024-01-02 03:04:05",
        )
        self.assertEqual(sign, "132be2060b10222194899e54cb7b82e7")

    def test_a_message_is_accepted_with_its_own_signature(self):
        for algorithm in signing.ALGORITHMS:
            with self.subTest(algorithm=algorithm):
                sign = signing.message(SECRET, algorithm=algorithm, **MESSAGE)
                self.assertTrue(self._is_signed(sign, algorithm=algorithm))

    def test_a_message_is_signed_as_the_gateway_signs_without_a_token(self):
        content = (
            b"test_secretapp_keyappkey1methodorder.status"
            b"param_json" + MESSAGE["body"] + b"timestamp2024-01-02 03:04:05"
            b"v2.0test_secret"
        )
        self.assertEqual(
            signing.message(SECRET, algorithm="md5-salt", **MESSAGE),
            hashlib.md5(content).hexdigest(),
        )

    def test_md5_digits_count_in_either_case_but_base64_does_not(self):
        sign = signing.message(SECRET, algorithm="md5-salt", **MESSAGE)
        self.assertTrue(self._is_signed(sign.upper()))
        sign = signing.message(SECRET, algorithm="HMacSHA256", **MESSAGE)
        self.assertFalse(self._is_signed(sign.lower(), algorithm="HMacSHA256"))

    def test_a_changed_message_is_not_signed(self):
        sign = signing.message(SECRET, algorithm="md5-salt", **MESSAGE)
        for change in (
            {"app_key": "appkey2"},
            {"topic": "order.other"},
            {"body": MESSAGE["body"] + b" "},
            {"timestamp": "2024-01-02 03:04:06"},
            {"version": "3.0"},
        ):
            with self.subTest(change=change):
                self.assertFalse(self._is_signed(sign, **change))

    def test_what_cannot_be_checked_is_not_signed(self):
        unsalted = signing.message("", algorithm="md5-salt", **MESSAGE)
        fields = {"algorithm": "md5-salt", **MESSAGE}
        self.assertFalse(signing.is_message_signed(unsalted, "", **fields))
        self.assertFalse(signing.is_message_signed("", SECRET, **fields))
        self.assertFalse(signing.is_message_signed(None, SECRET, **fields))
        self.assertFalse(self._is_signed("签名"))
        self.assertFalse(self._is_signed("00", algorithm="none"))

    def _is_signed(self, sign, **change):
        fields = {"algorithm": "md5-salt", **MESSAGE, **change}
        return signing.is_message_signed(sign, SECRET, **fields)
