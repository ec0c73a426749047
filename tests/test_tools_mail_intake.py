from odoo.tests import BaseCase, tagged

from ..tools import mail_intake

SECRET = "of the database"


def mail(body="Hello", **headers):
    """Return a mail as bytes; names of headers with underscores."""
    lines = {
        "From": "Ada Vale <ada@northwind.example>",
        "To": "desk@ours.example",
        "Subject": "A pallet is broken",
        "Message-ID": "<one@northwind.example>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "\r\n".join(f"{name}: {value}" for name, value in lines.items() if value is not None)
    return f"{head}\r\n\r\n{body}".encode("utf-8", "surrogateescape")


def read(body="Hello", **headers):
    return mail_intake.read_envelope(mail(body, **headers))


@tagged("post_install", "-at_install", "counterparty_request")
class TestToolsMailIntake(BaseCase):
    # ------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------

    def test_an_ordinary_mail_is_read(self):
        envelope = read(
            Cc="Ben <BEN@northwind.example>, desk@ours.example",
            References="<a@x>\r\n <b@x>",
            In_Reply_To="<b@x>",
        )

        self.assertEqual(envelope.message_id, "<one@northwind.example>")
        self.assertEqual(
            (envelope.sender_name, envelope.sender), ("Ada Vale", "ada@northwind.example")
        )
        self.assertEqual(envelope.recipients, ("desk@ours.example", "ben@northwind.example"))
        self.assertEqual(envelope.references, ("<a@x>", "<b@x>"))
        self.assertEqual(envelope.subject, "A pallet is broken")

    def test_where_answers_are_wanted_is_named_when_it_is_elsewhere(self):
        for written, wanted in (
            (None, ""),
            ("Ada Vale <ADA@northwind.example>", ""),
            ("Ada <ada@home.example>, eve@x.example", "ada@home.example"),
            ("undisclosed", ""),
            ("<>", ""),
        ):
            with self.subTest(written=written):
                self.assertEqual(read(Reply_To=written).reply_address, wanted)

    def test_the_sender_is_who_stands_in_the_brackets(self):
        cases = [
            ("ada@x.example", ("", "ada@x.example")),
            ("Ada <ADA@x.example>", ("Ada", "ada@x.example")),
            ('"Vale, Ada" <ada@x.example>', ("Vale, Ada", "ada@x.example")),
            ("=?utf-8?q?=D0=90=D0=B4=D0=B0?= <ada@x.example>", ("Ада", "ada@x.example")),
            # a name that looks like the boss
            ("boss@x.example <eve@y.example>", ("boss@x.example", "eve@y.example")),
            (
                "=?utf-8?q?boss=40x=2Eexample=2C?= <eve@y.example>",
                ("boss@x.example,", "eve@y.example"),
            ),
            ('"Ada <boss@x.example>" <eve@y.example>', ("Ada <boss@x.example>", "eve@y.example")),
            # more than one, or none: nobody
            ("ada@x.example, ben@x.example", ("", "")),
            ("<ada@x.example> <eve@y.example>", ("", "")),
            ("", ("", "")),
            ("Ada", ("", "")),
            ("<>", ("", "")),
            ("<ada@x.example\r\n Bcc: all@x.example>", ("", "")),
        ]
        for written, expected in cases:
            with self.subTest(written=written):
                envelope = read(From=written)
                self.assertEqual((envelope.sender_name, envelope.sender), expected)

    def test_broken_headers_are_read_without_an_error(self):
        cases = {
            "unknown charset": ("=?x-nothing?q?Hello?=", "Hello"),
            "broken base64": ("=?utf-8?b?!!!?=", ""),
            "bytes that are no text": ("Caf\udce9", "Caf�"),
            "Latin": ("=?iso-8859-2?q?=BAtire?=", "ştire"),
            "injected header": ("Hello\r\n Bcc: all@x.example", "Hello Bcc: all@x.example"),
            "signs that turn the text": ("Invoice \u202egpj.exe", "Invoice gpj.exe"),
            "markup stays text": ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        }
        for name, (written, read_as) in cases.items():
            with self.subTest(name):
                self.assertEqual(read(Subject=written).subject, read_as)

    def test_nothing_at_all_is_read_too(self):
        for raw in (b"", b"\r\n\r\n", b"no header", b"\xff\xfe\x00", b":\r\n: x\r\n\r\ny"):
            with self.subTest(raw=raw):
                envelope = mail_intake.read_envelope(raw)
                self.assertEqual((envelope.sender, envelope.recipients), ("", ()))
                self.assertTrue(envelope.key)

    def test_names_are_short_and_in_one_line(self):
        self.assertEqual(mail_intake.clean_name("  a\n b\x00\tc  "), "a b c")
        self.assertEqual(mail_intake.clean_name(None), "")
        long = mail_intake.clean_name("x" * 100_000)
        self.assertEqual((len(long), long[-1]), (200, "…"))

    def test_ten_thousand_recipients_are_read_once_each(self):
        many = ", ".join(f"a{number}@x.example" for number in range(10_000))

        self.assertEqual(len(read(To=f"{many}, a1@x.example").recipients), 10_000)

    def test_the_last_references_decide(self):
        chain = " ".join(f"<{number}@x>" for number in range(100))

        references = read(References=chain).references

        self.assertEqual((len(references), references[-1]), (32, "<99@x>"))

    def test_marks_of_answers_are_taken_off(self):
        cases = [
            ("Re: Hello", "Hello"),
            ("RE: AW: Отг: Re[2]: Hello", "Hello"),
            ("Reorder: pallets", "Reorder: pallets"),
            ("", ""),
        ]
        for subject, plain in cases:
            with self.subTest(subject=subject):
                self.assertEqual(mail_intake.plain_subject(subject), plain)

    # ------------------------------------------------------------
    # The key of a mail
    # ------------------------------------------------------------

    def test_the_key_is_the_message_id(self):
        self.assertEqual(read().key, "<one@northwind.example>")
        self.assertEqual(read(Message_ID="x <one@x>\r\n (comment)").key, "<one@x>")

    def test_a_mail_without_message_id_gets_a_key_of_its_own(self):
        first = read(Message_ID=None, Date="Mon, 2 Mar 2026 10:00:00 +0200")

        same = read(Message_ID=None, Date="Mon, 2 Mar 2026 10:00:00 +0200", Received="elsewhere")
        self.assertEqual(first.key, same.key)
        other = read("Other", Message_ID=None, Date="Mon, 2 Mar 2026 10:00:00 +0200")
        self.assertNotEqual(first.key, other.key)
        later = read(Message_ID=None, Date="Mon, 2 Mar 2026 10:00:01 +0200")
        self.assertNotEqual(first.key, later.key)

    def test_a_key_is_never_too_long_for_the_index(self):
        key = read(Message_ID=f"<{'x' * 5000}@x>").key

        self.assertLessEqual(len(key), mail_intake.KEY_LENGTH)
        self.assertEqual(key, read("Other body", Message_ID=f"<{'x' * 5000}@x>").key)

    def test_the_digest_tells_other_contents_apart_but_not_other_ways(self):
        digest = read("Hello\r\nworld").digest

        self.assertEqual(read("Hello\nworld \n", Received="from elsewhere").digest, digest)
        self.assertNotEqual(read("Hello Mars").digest, digest)
        self.assertNotEqual(read("Hello\r\nworld", From="eve@y.example").digest, digest)

    # ------------------------------------------------------------
    # Man or machine
    # ------------------------------------------------------------

    def test_machines_are_recognised(self):
        report = "multipart/report; report-type={}; boundary=x"
        cases = [
            ({}, ("human", "")),
            ({"Auto_Submitted": "no"}, ("human", "")),
            ({"Precedence": "first-class"}, ("human", "")),
            ({"Subject": "Auto: reply"}, ("automatic", "subject")),
            ({"Subject": "Automatic gates"}, ("human", "")),
            ({"Subject": "Re: Răspuns automat: concediu"}, ("automatic", "subject")),
            ({"Auto_Submitted": "auto-replied"}, ("automatic", "auto-submitted")),
            ({"Auto_Submitted": "Auto-Generated; owner=x"}, ("automatic", "auto-submitted")),
            ({"X_Auto_Response_Suppress": "All"}, ("automatic", "x-auto-response-suppress")),
            ({"X_Autoreply": "yes"}, ("automatic", "x-autoreply")),
            ({"Precedence": "Bulk"}, ("automatic", "precedence")),
            ({"Precedence": "auto_reply"}, ("automatic", "precedence")),
            ({"List_Id": "<news.x.example>"}, ("automatic", "list-id")),
            ({"X_Odoo_Objects": "sale.order-1"}, ("human", "")),
            # a person wrote, a rule of a mailbox passed it on
            ({"X_MS_Exchange_Inbox_Rules_Loop": "info@firm.example"}, ("human", "")),
            ({"X_Loop": "info@firm.example"}, ("human", "")),
            ({"Return_Path": "<>"}, ("automatic", "return-path")),
            ({"From": "Desk <desk@ours.example>"}, ("automatic", "own")),
            (
                {"Content_Type": report.format("disposition-notification")},
                ("automatic", "receipt"),
            ),
            ({"Content_Type": report.format("delivery-status")}, ("bounce", "report")),
            ({"X_Failed_Recipients": "ada@x.example"}, ("bounce", "failed")),
            ({"From": "MAILER-DAEMON@mx.example", "Return_Path": "<>"}, ("bounce", "daemon")),
            ({"From": "postmaster@mx.example"}, ("bounce", "daemon")),
        ]
        for headers, expected in cases:
            with self.subTest(headers=headers):
                kind = mail_intake.classify(read(**headers), {"desk@ours.example"})
                self.assertEqual(kind, expected)

    def test_what_a_program_sends_for_people_is_heard_but_not_acknowledged(self):
        for header in ("X_Odoo_Objects", "List_Unsubscribe", "Feedback_ID", "X_Loop"):
            with self.subTest(header=header):
                self.assertTrue(mail_intake.is_deaf(read(**{header: "x"})))
        self.assertFalse(mail_intake.is_deaf(read()))
        redirected = read(X_MS_Exchange_Inbox_Rules_Loop="info@firm.example")
        self.assertFalse(mail_intake.is_deaf(redirected))

    def test_nobody_reads_the_mail_of_robots(self):
        for address in (
            "noreply@x.example",
            "No-Reply+7@x.example",
            "postmaster@x.example",
            "",
            "@x",
        ):
            with self.subTest(address=address):
                self.assertTrue(mail_intake.is_robot(address))
        for address in ("ada@x.example", "reply@x.example", "norepl@x.example"):
            with self.subTest(address=address):
                self.assertFalse(mail_intake.is_robot(address))

    def test_addresses_at_public_providers_share_nothing(self):
        for domain in ("gmail.com", "yahoo.ro", "ABV.bg", "outlook.es", "mail.bg"):
            with self.subTest(domain=domain):
                self.assertTrue(mail_intake.is_public_provider(domain))
        for domain in ("northwind.example", "gmailer.example", ""):
            with self.subTest(domain=domain):
                self.assertFalse(mail_intake.is_public_provider(domain))

    def test_only_our_own_server_tells_forged_senders(self):
        fail = "mx.ours.example; spf=fail smtp.mailfrom=x; dmarc=fail (p=reject) header.from=x"
        cases = [
            (fail, "mx.ours.example", True),
            (fail, "MX.ours.example ", True),
            (fail, "mx.other.example", False),
            (fail, "", False),
            (fail, None, False),
            ("mx.ours.example 1; dmarc=fail", "mx.ours.example", True),
            ("mx.ours.example; dmarc=pass", "mx.ours.example", False),
            ("mx.ours.example; spf=fail", "mx.ours.example", False),
            ("", "mx.ours.example", False),
        ]
        for result, trusted, failed in cases:
            with self.subTest(result=result, trusted=trusted):
                envelope = read(Authentication_Results=result)
                self.assertIs(mail_intake.has_failed_dmarc(envelope, trusted), failed)

    # ------------------------------------------------------------
    # About which request
    # ------------------------------------------------------------

    def test_an_address_carries_the_request(self):
        token = mail_intake.build_token(SECRET, "r", 42)
        address = mail_intake.add_token("desk@ours.example", token)

        self.assertRegex(address, r"^desk\+r42\.[0-9a-f]{10}@ours\.example$")
        self.assertEqual(mail_intake.read_token(SECRET, "r", address), 42)
        self.assertEqual(mail_intake.read_token(SECRET, "r", address.upper()), 42)
        self.assertEqual(mail_intake.strip_token(address), "desk@ours.example")

    def test_a_guessed_address_carries_nothing(self):
        mark = mail_intake.build_token(SECRET, "r", 42).partition(".")[2]
        cases = [
            "desk@ours.example",
            f"desk+r43.{mark}@ours.example",
            f"desk+t42.{mark}@ours.example",
            f"desk+r42.{mark[:-1]}@ours.example",
            "desk+r42.@ours.example",
            "desk+news@ours.example",
            f"desk+r99999999999999999999.{mark}@ours.example",
            "",
        ]
        for address in cases:
            with self.subTest(address=address):
                self.assertIsNone(mail_intake.read_token(SECRET, "r", address))
        own = mail_intake.add_token("desk@x", mail_intake.build_token("another", "r", 42))
        self.assertIsNone(mail_intake.read_token(SECRET, "r", own))

    def test_numbers_stand_in_brackets(self):
        cases = [
            ("Re: [RQ-000012] A pallet", ("RQ-000012",)),
            ("[EXT] [SPAM?] Re: [RQ/26/7] [RQ/26/7]", ("EXT", "SPAM?", "RQ/26/7")),
            ("RQ-000012 without", ()),
            ("[a sentence]", ()),
            ("[]", ()),
        ]
        for subject, numbers in cases:
            with self.subTest(subject=subject):
                self.assertEqual(mail_intake.subject_numbers(subject), numbers)

    # ------------------------------------------------------------
    # Who stands behind the sender
    # ------------------------------------------------------------

    def test_forwards_name_their_first_author(self):
        cases = [
            ("From: Ada Vale <ada@x.example>\nSent: Monday", ("Ada Vale", "ada@x.example")),
            ("> От: „Ада“ [mailto:ADA@x.example]", ("„Ада“", "ada@x.example")),
            ("De la: ada@x.example", ("", "ada@x.example")),
            ("*Von:* Ada <ada@x.example>", ("Ada", "ada@x.example")),
            ("De: Ada (ada@x.example)\nDe: Ben <ben@x.example>", ("Ada", "ada@x.example")),
            ("From: somewhere\nFrom: Ben <ben@x.example>", ("Ben", "ben@x.example")),
            ("Freight from: ada", None),
            ("", None),
        ]
        for text, author in cases:
            with self.subTest(text=text):
                self.assertEqual(mail_intake.forwarded_author(text), author)

    def test_a_subject_tells_that_something_was_passed_on(self):
        for subject in ("Fwd: Hello", "FW: Hello", "WG: Hallo", "Пр: Здравейте"):
            with self.subTest(subject=subject):
                self.assertTrue(mail_intake.is_forward(subject))
        for subject in ("Re: Fwd: Hello", "Forward looking", ""):
            with self.subTest(subject=subject):
                self.assertFalse(mail_intake.is_forward(subject))
