from email import message_from_bytes, policy
from email.message import EmailMessage

from odoo.tests import BaseCase, tagged

from ..tools.mail_parts import Allowance, read_parts


def letter(*files, text="Hello"):
    """Return a mail with files of ``(name, content)`` as bytes."""
    message = EmailMessage()
    message["From"], message["Subject"] = "ada@x.example", "A pallet"
    message.set_content(text)
    for name, content in files:
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return message.as_bytes()


def names(message):
    return [part.get_filename() for part in message.walk() if part.get_filename()]


@tagged("post_install", "-at_install", "counterparty_request")
class TestToolsMailParts(BaseCase):
    def test_within_the_limits_nothing_is_dropped(self):
        message, dropped = read_parts(letter(("a.pdf", b"1"), ("empty.txt", b"")))

        self.assertEqual((names(message), dropped), (["a.pdf", "empty.txt"], []))
        self.assertEqual(message.get_body().get_content().strip(), "Hello")

    def test_a_file_beyond_the_size_goes_and_the_next_smaller_stays(self):
        raw = letter(("big.iso", b"x" * 9000), ("small.txt", b"x" * 90))

        message, dropped = read_parts(raw, Allowance(total=2000))

        self.assertEqual((names(message), dropped), (["small.txt"], ["big.iso"]))
        self.assertEqual(message.get_body().get_content().strip(), "Hello")

    def test_five_hundred_files_are_fifty(self):
        raw = letter(*[(f"{number}.txt", b"x") for number in range(500)])

        message, dropped = read_parts(raw)

        self.assertEqual((len(names(message)), len(dropped)), (50, 450))
        self.assertEqual(dropped[0], "50.txt")

    def test_a_mail_that_is_a_file_itself_keeps_to_the_limits(self):
        head = b"From: ada@x.example\r\nSubject: Scan\r\nMIME-Version: 1.0\r\n"
        head += b"Content-Type: application/zip; name=big.zip\r\n"
        head += b"Content-Transfer-Encoding: base64\r\n"
        head += b"Content-Disposition: attachment; filename=big.zip\r\n\r\n"

        message, dropped = read_parts(head + b"QUJD" * 3000, Allowance(total=2000))
        kept, none = read_parts(head + b"QUJD" * 3, Allowance(total=2000))

        self.assertEqual((names(message), dropped), ([], ["big.zip"]))
        self.assertEqual((message["Subject"], message.get_content().strip()), ("Scan", ""))
        self.assertEqual((names(kept), none), (["big.zip"], []))

    def test_files_of_a_mail_in_the_mail_count(self):
        inner = letter(*[(f"{number}.txt", b"x" * 90) for number in range(60)])
        outer = EmailMessage()
        outer["From"] = "ada@x.example"
        outer.set_content("See below")
        outer.add_attachment(message_from_bytes(inner, policy=policy.SMTP), filename="old.eml")

        for allowance in (Allowance(), Allowance(total=2000, files=100)):
            with self.subTest(allowance):
                message, dropped = read_parts(outer.as_bytes(), allowance)

                self.assertEqual((names(message), dropped), ([], ["old.eml"]))
                self.assertEqual(message.get_body().get_content().strip(), "See below")

    def test_a_mail_of_sixty_levels_is_read(self):
        lines = ["From: ada@x.example", "Subject: Deep", "MIME-Version: 1.0"]
        for level in range(60):
            lines += [f'Content-Type: multipart/mixed; boundary="b{level}"', "", f"--b{level}"]
            if level == 0:
                lines += ["Content-Type: text/plain", "", "Hello", "--b0"]
        lines += ["Content-Type: text/plain", "", "the deepest"]
        raw = "\r\n".join(lines).encode()

        message, dropped = read_parts(raw)

        self.assertEqual(dropped, ["multipart/mixed"])
        self.assertEqual(message.get_body().get_content().strip(), "Hello")

    def test_unknown_character_sets_are_read_as_utf_8(self):
        raw = (
            b"From: ada@x.example\r\nMIME-Version: 1.0\r\n"
            b"Content-Type: text/plain; charset=x-klingon\r\n\r\nCaf\xc3\xa9"
        )

        message, _dropped = read_parts(raw)

        self.assertEqual(message.get_content().strip(), "Café")
        named = raw.replace(b"\r\n\r\n", b"\r\nContent-Disposition: attachment; filename=a\r\n\r\n")
        self.assertEqual(read_parts(named)[0].get_content().strip(), "Café")

    def test_a_text_nobody_reads_to_its_end_is_cut(self):
        for encoding in ("7bit", "base64", "quoted-printable"):
            with self.subTest(encoding):
                letter_ = EmailMessage()
                letter_["From"] = "ada@x.example"
                letter_.set_content("Hello world\n" * 1000, cte=encoding)

                message, dropped = read_parts(letter_.as_bytes(), Allowance(text=3001))

                text = message.get_content()
                self.assertTrue(text.startswith("Hello world"))
                self.assertLess(len(text), 3002)
                self.assertEqual(dropped, ["text/plain > 3 kB"])

    def test_a_mail_too_large_to_read_keeps_its_headers(self):
        raw = letter(("film.mkv", b"x" * 2_000_000))

        message, dropped = read_parts(raw, Allowance(raw=1_000_000))

        self.assertEqual((message["Subject"], message.is_multipart()), ("A pallet", False))
        self.assertEqual(dropped, ["2 MB"])

    def test_a_mail_inside_the_mail_counts_as_a_file(self):
        message = EmailMessage()
        message["From"] = "ada@x.example"
        message.set_content("See below")
        inner = EmailMessage()
        inner["Subject"] = "Inner"
        inner.set_content("y" * 5000)
        message.add_attachment(inner)

        kept, dropped = read_parts(message.as_bytes(), Allowance(total=1000))

        self.assertEqual(dropped, ["message/rfc822"])
        self.assertEqual(kept.get_body().get_content().strip(), "See below")
