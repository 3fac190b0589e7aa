"""A mail server as small as SMTP allows: it keeps what it is given, and refuses what a test tells it to."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Receiver:
    """`refuses` names the command that is answered with 550: RCPT, DATA, or END for what was sent after DATA."""

    port: int = 0
    refuses: str = ""
    mails: list[str] = field(default_factory=list)


@contextmanager
def mail_receiver(refuses: str = "") -> Iterator[Receiver]:
    receiver = Receiver(refuses=refuses)

    class Session(socketserver.StreamRequestHandler):
        timeout = 10

        def handle(self) -> None:
            self.say("220 mail.example ESMTP")
            while (line := self.rfile.readline().decode()) and self.answer(line.strip()):
                """One command after the other."""

        def answer(self, line: str) -> bool:
            command = line.partition(" ")[0].upper()
            if command == receiver.refuses:
                self.say("550 refused")
            elif command == "DATA":
                self.say("354 go on")
                self.take()
            else:
                self.say("221 bye" if command == "QUIT" else "250 mail.example")
            return command != "QUIT"

        def take(self) -> None:
            lines = iter(lambda: self.rfile.readline().decode(), ".\r\n")
            mail = "".join(lines)
            if receiver.refuses == "END":
                self.say("550 refused")
                return
            receiver.mails.append(mail)
            self.say("250 taken")

        def say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        receiver.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield receiver
        server.shutdown()
