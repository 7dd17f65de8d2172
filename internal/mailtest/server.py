"""Takes mails by SMTP and tells each as a line of JSON. Arguments: port, certificate, key ("" for none), how TLS is had (none, starttls, implicit), whether one must sign in."""
import asyncio, email, email.policy, json, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult

port, cert, key, way, signs = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5] == "signs"

def tell(what):
    print(json.dumps(what), flush=True)

class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return f"550 5.1.1 <{address}> is unknown here"
        if address.startswith("later@"):
            return f"451 4.3.0 <{address}>: try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        m = email.message_from_bytes(envelope.content, policy=email.policy.default)
        if "reject" in str(m["Subject"]):
            return "554 5.7.1 for <%s>: we do not like it" % envelope.rcpt_tos[0]
        parts = [{"Type": p.get_content_type(), "Method": p.get_param("method") or "", "Text": p.get_content() if p.get_content_maintype() == "text" else ""} for p in m.walk() if not p.is_multipart()]
        tell({"To": envelope.rcpt_tos, "From": envelope.mail_from, "Headers": [[k, str(v)] for k, v in m.items()], "Parts": parts, "TLS": session.ssl is not None or way == "implicit", "SignedIn": bool(session.authenticated)})
        return "250 OK"

def who(server, session, envelope, mechanism, data):
    return AuthResult(success=data.login == b"lab" and data.password == b"sesame", handled=False)

tls = None
if way != "none":
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(cert, key)

def make():
    return SMTP(Handler(), hostname="mail.test", enable_SMTPUTF8=True, tls_context=tls if way == "starttls" else None, authenticator=who if signs else None, auth_required=signs, auth_require_tls=way == "starttls")

async def main():
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", port, ssl=tls if way == "implicit" else None)
    tell({"Port": server.sockets[0].getsockname()[1]})
    await server.serve_forever()

asyncio.run(main())
