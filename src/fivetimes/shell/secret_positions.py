"""A command's words with roles -> the same, words in the position of a secret marked.

What stands where a secret would is marked whether it is one or not: being wrong costs a placeholder, the other way costs a
secret. Names decide, never the look of a value.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from fivetimes.model.command_lines import Role, Word

# ---- where programs take a secret


@dataclass(frozen=True, slots=True)
class SecretPosition:
    """Where one program takes a secret that no name announces.

    Attributes:
        command: the program with its subcommand path.
        example: a line with one secret, written SECRET.
        flags: that are followed by the secret.
        attached: flags that have it in the same word (`-pX`).
        words: of the plain words those from this number on are secret; 0 is the first, None is none.
        stdin: whether a here-string hands one in.
    """

    command: str
    example: str
    flags: frozenset[str] = frozenset()
    attached: tuple[str, ...] = ()
    words: int | None = None
    stdin: bool = False

    @property
    def program(self) -> str:
        """The first word of `command`."""
        return self.command.split(" ")[0]

    @property
    def path(self) -> tuple[str, ...]:
        """The subcommand words of `command`."""
        return tuple(self.command.split(" ")[1:])


def _row(
    command: str, example: str, *, flags: str = "", attached: str = "", words: int | None = None, stdin: bool = False
) -> SecretPosition:
    return SecretPosition(command, example, frozenset(flags.split()), tuple(attached.split()), words, stdin)


SECRET_POSITIONS = (
    _row("mysql", "mysql -u app -pSECRET shop", attached="-p"),
    _row("mysqldump", "mysqldump -pSECRET shop", attached="-p"),
    _row("mysqladmin", "mysqladmin -pSECRET status", attached="-p"),
    _row("mysqlimport", "mysqlimport -pSECRET shop f.txt", attached="-p"),
    _row("mycli", "mycli -pSECRET shop", flags="-p", attached="-p"),
    _row("mariadb", "mariadb -pSECRET shop", attached="-p"),
    _row("mariadb-dump", "mariadb-dump -pSECRET shop", attached="-p"),
    _row("sshpass", "sshpass -p SECRET ssh web", flags="-p", attached="-p"),
    _row("mongo", "mongo -u app -p SECRET", flags="-p", attached="-p"),
    _row("mongosh", "mongosh -u app -p SECRET", flags="-p", attached="-p"),
    _row("mongodump", "mongodump -u app -p SECRET", flags="-p", attached="-p"),
    _row("mongorestore", "mongorestore -u app -p SECRET", flags="-p", attached="-p"),
    _row("mongoimport", "mongoimport -u app -p SECRET", flags="-p", attached="-p"),
    _row("cqlsh", "cqlsh -u app -p SECRET", flags="-p", attached="-p"),
    _row("redis-cli", "redis-cli -a SECRET ping", flags="-a --pass", attached="-a"),
    _row("sqlcmd", "sqlcmd -U sa -P SECRET", flags="-P", attached="-P"),
    _row("bcp", "bcp t out f -U sa -P SECRET", flags="-P", attached="-P"),
    _row("isql", "isql dsn SECRET", words=1),
    _row("sqlplus", "sqlplus SECRET", words=0),
    _row("impdp", "impdp SECRET", words=0),
    _row("expdp", "expdp SECRET", words=0),
    _row("rman", "rman target SECRET", words=0),
    _row("influx", "influx -username a -password SECRET", flags="-password -t"),
    _row("rabbitmqctl add_user", "rabbitmqctl add_user svc SECRET", words=1),
    _row("rabbitmqctl change_password", "rabbitmqctl change_password svc SECRET", words=1),
    _row("rabbitmqctl", "rabbitmqctl add_user svc SECRET", words=1),
    _row("rabbitmqadmin", "rabbitmqadmin -u a -p SECRET list queues", flags="-p", attached="-p"),
    _row("docker login", "docker login -u ci -p SECRET", flags="-p", attached="-p", stdin=True),
    _row("podman login", "podman login -u ci -p SECRET", flags="-p", attached="-p", stdin=True),
    _row("buildah login", "buildah login -u ci -p SECRET", flags="-p", attached="-p"),
    _row("skopeo login", "skopeo login -u ci -p SECRET", flags="-p", attached="-p"),
    _row("helm registry login", "helm registry login -u ci -p SECRET", flags="-p", attached="-p"),
    _row("oras login", "oras login -u ci -p SECRET", flags="-p", attached="-p"),
    _row("oc login", "oc login -u dev -p SECRET", flags="-p", attached="-p"),
    _row("cf login", "cf login -u dev -p SECRET", flags="-p", attached="-p"),
    _row("cf", "cf auth dev SECRET", flags="-p", attached="-p", words=1),
    _row("az login", "az login --service-principal -u app -p SECRET", flags="-p", attached="-p"),
    _row("az acr login", "az acr login -n reg -p SECRET", flags="-p", attached="-p"),
    _row("ibmcloud login", "ibmcloud login --apikey SECRET", flags="-p"),
    _row("snow", "snow sql -p SECRET", flags="-p"),
    _row("unzip", "unzip -P SECRET in.zip", flags="-P", attached="-P"),
    _row("zip", "zip -P SECRET out.zip f", flags="-P", attached="-P"),
    _row("zipcloak", "zipcloak -P SECRET in.zip", flags="-P"),
    _row("7z", "7z a -pSECRET out.7z f", attached="-p"),
    _row("7za", "7za a -pSECRET out.7z f", attached="-p"),
    _row("7zz", "7zz a -pSECRET out.7z f", attached="-p"),
    _row("rar", "rar a -pSECRET out.rar f", attached="-p -hp"),
    _row("unrar", "unrar x -pSECRET in.rar", attached="-p"),
    _row("pdftk", "pdftk in.pdf input_pw SECRET output f", words=2),
    _row("qpdf", "qpdf --decrypt --password=SECRET in.pdf"),
    _row("curl", "curl -u SECRET https://api.example",
         flags="-u --user -U --proxy-user -b --cookie --oauth2-bearer", attached="-u -U -b"),
    _row("wget", "wget --password SECRET https://files.example", flags="--http-password --ftp-password"),
    _row("http", "http -a SECRET api.example", flags="-a", attached="-a"),
    _row("https", "https -a SECRET api.example", flags="-a", attached="-a"),
    _row("xh", "xh -a SECRET api.example", flags="-a", attached="-a"),
    _row("ab", "ab -A SECRET https://a.example/", flags="-A -P -C", attached="-A -P -C"),
    _row("lftp", "lftp -u SECRET sftp://files.example", flags="-u", attached="-u"),
    _row("ncftpput", "ncftpput -p SECRET files.example /in f", flags="-p", attached="-p"),
    _row("smbclient", "smbclient //srv/share -U SECRET", flags="-U", attached="-U", words=1),
    _row("rpcclient", "rpcclient -U SECRET srv", flags="-U", attached="-U"),
    _row("net", "net use z: SECRET", words=1),
    _row("ldapsearch", "ldapsearch -D cn=a -w SECRET", flags="-w", attached="-w"),
    _row("ldapadd", "ldapadd -D cn=a -w SECRET", flags="-w", attached="-w"),
    _row("ldapmodify", "ldapmodify -D cn=a -w SECRET", flags="-w", attached="-w"),
    _row("ldappasswd", "ldappasswd -w SECRET", flags="-w -s -a", attached="-w -s -a"),
    _row("mosquitto_pub", "mosquitto_pub -u a -P SECRET -t x", flags="-P", attached="-P"),
    _row("mosquitto_sub", "mosquitto_sub -u a -P SECRET -t x", flags="-P", attached="-P"),
    _row("mosquitto_passwd", "mosquitto_passwd -b file user SECRET", words=2),
    _row("xfreerdp", "xfreerdp /u:me SECRET", words=1),
    _row("rdesktop", "rdesktop -u me -p SECRET srv", flags="-p", attached="-p"),
    _row("vncviewer", "vncviewer -passwd SECRET", flags="-passwd"),
    _row("ipmitool", "ipmitool -U root -P SECRET power status", flags="-P", attached="-P"),
    _row("snmpwalk", "snmpwalk -v3 -A SECRET host", flags="-A -X -c", attached="-A -X -c"),
    _row("snmpget", "snmpget -v3 -A SECRET host", flags="-A -X -c", attached="-A -X -c"),
    _row("wpa_passphrase", "wpa_passphrase net SECRET", words=1),
    _row("nmcli", "nmcli dev wifi connect net password SECRET"),
    _row("iwctl", "iwctl --passphrase SECRET station wlan0 connect net"),
    _row("useradd", "useradd -m -p SECRET ana", flags="-p", attached="-p"),
    _row("usermod", "usermod -p SECRET ana", flags="-p", attached="-p"),
    _row("chpasswd", "chpasswd <<< SECRET", stdin=True),
    _row("passwd", "passwd ana <<< SECRET", stdin=True),
    _row("smbpasswd", "smbpasswd -s ana <<< SECRET", stdin=True),
    _row("htpasswd", "htpasswd -nb ana SECRET", words=1),
    _row("mkpasswd", "mkpasswd -m sha-512 SECRET", words=0),
    _row("openssl", "openssl enc -aes-256-cbc -k SECRET", flags="-k -K -pass -passin -passout"),
    _row("openssl passwd", "openssl passwd -6 SECRET", words=0),
    _row("gpg", "gpg --passphrase SECRET -d f.gpg", stdin=True),
    _row("cryptsetup", "cryptsetup open /dev/sda1 x <<< SECRET", stdin=True),
    _row("keytool", "keytool -list -storepass SECRET", flags="-storepass -keypass -srcstorepass -deststorepass"),
    _row("jarsigner", "jarsigner -storepass SECRET app.jar key", flags="-storepass -keypass"),
    _row("apksigner", "apksigner sign --ks-pass SECRET a.apk", flags="--ks-pass --key-pass"),
    _row("security", "security add-generic-password -a me -w SECRET", flags="-w -p", attached="-w"),
    _row("ssh-keygen", "ssh-keygen -t ed25519 -N SECRET", flags="-N -P", attached="-N -P"),
    _row("ssh-add", "ssh-add - <<< SECRET", stdin=True),
    _row("kinit", "kinit ana <<< SECRET", stdin=True),
    _row("op", "op signin --raw <<< SECRET", stdin=True),
    _row("bw unlock", "bw unlock SECRET", words=0),
    _row("bw login", "bw login me SECRET", words=1),
    _row("lpass login", "lpass login me <<< SECRET", stdin=True),
    _row("pass insert", "pass insert web SECRET", words=1, stdin=True),
    _row("keyring", "keyring set svc ana SECRET", words=3, stdin=True),
    _row("secret-tool", "secret-tool store --label=x a b <<< SECRET", stdin=True),
    _row("doctl", "doctl auth init -t SECRET", flags="-t --access-token"),
    _row("oathtool", "oathtool --totp -b SECRET", words=0),
    _row("vault login", "vault login SECRET", words=0),
    _row("vault write", "vault write auth/login SECRET", words=1),
    _row("vault kv put", "vault kv put kv/app SECRET", words=1),
    _row("vault kv patch", "vault kv patch kv/app SECRET", words=1),
    _row("vault unseal", "vault unseal SECRET", words=0),
    _row("vault operator unseal", "vault operator unseal SECRET", words=0),
    _row("cargo login", "cargo login SECRET", words=0, stdin=True),
    _row("gem push", "gem push -k SECRET a.gem", flags="-k"),
    _row("npm login", "npm login --auth SECRET", flags="--auth"),
    _row("poetry config", "poetry config http-basic.repo SECRET", words=1),
    _row("twine upload", "twine upload -u __token__ -p SECRET dist/*", flags="-p", attached="-p"),
    _row("poetry publish", "poetry publish -u ci -p SECRET", flags="-p", attached="-p"),
    _row("hatch publish", "hatch publish -u ci -a SECRET", flags="-a"),
    _row("uv publish", "uv publish -u ci -p SECRET", flags="-p -t"),
    _row("flit publish", "flit publish SECRET", words=0),
    _row("dotnet nuget push", "dotnet nuget push p.nupkg -k SECRET", flags="-k"),
    _row("nuget", "nuget setapikey SECRET", words=1, flags="-ApiKey"),
    _row("gh secret set", "gh secret set DEPLOY -b SECRET", flags="-b --body", attached="-b", stdin=True),
    _row("gh auth login", "gh auth login <<< SECRET", stdin=True),
    _row("glab variable set", "glab variable set NAME SECRET", words=1, flags="-v --value"),
    _row("fly secrets set", "fly secrets set SECRET", words=0),
    _row("flyctl secrets set", "flyctl secrets set SECRET", words=0),
    _row("fly secrets import", "fly secrets import <<< SECRET", stdin=True),
    _row("heroku config:set", "heroku config:set SECRET", words=0),
    _row("netlify env:set", "netlify env:set NAME SECRET", words=1),
    _row("wrangler secret put", "wrangler secret put NAME <<< SECRET", stdin=True),
    _row("vercel env add", "vercel env add NAME production <<< SECRET", stdin=True),
    _row("railway variables", "railway variables --set SECRET", flags="--set"),
    _row("supabase secrets set", "supabase secrets set SECRET", words=0),
    _row("doppler secrets set", "doppler secrets set SECRET", words=0),
    _row("kubectl create secret generic", "kubectl create secret generic x --from-literal SECRET", flags="--from-literal"),
    _row("kubectl create", "kubectl create secret generic x --from-literal=SECRET", flags="--from-literal"),
    _row("oc create", "oc create secret generic x --from-literal=SECRET", flags="--from-literal"),
    _row("docker secret create", "docker secret create x - <<< SECRET", stdin=True),
    _row("docker config create", "docker config create x - <<< SECRET", stdin=True),
    _row("aws ssm put-parameter", "aws ssm put-parameter --name n --value SECRET", flags="--value"),
    _row("aws secretsmanager create-secret", "aws secretsmanager create-secret --secret-string SECRET", flags="--secret-string"),
    _row("aws secretsmanager put-secret-value", "aws secretsmanager put-secret-value --secret-string SECRET",
         flags="--secret-string"),
    _row("aws configure set", "aws configure set aws_session_token SECRET", words=1),
    _row("gcloud secrets", "gcloud secrets versions add x <<< SECRET", stdin=True),
    _row("az keyvault secret set", "az keyvault secret set -n x --value SECRET", flags="--value"),
    _row("consul kv put", "consul kv put app/db SECRET", words=1),
    _row("etcdctl", "etcdctl put app/db SECRET", words=1, flags="--user"),
    _row("mc alias set", "mc alias set local http://s3.example SECRET", words=2),
    _row("mc", "mc config host add local http://s3.example SECRET", words=5),
    _row("restic", "restic backup --password-command SECRET", flags="--password-command"),
    _row("borg", "borg create <<< SECRET", stdin=True),
    _row("ansible-vault encrypt_string", "ansible-vault encrypt_string SECRET --name x", words=0, stdin=True),
    _row("su", "su - ana <<< SECRET", stdin=True),
    _row("expect", "expect -c SECRET", flags="-c"),
    _row("xdotool type", "xdotool type SECRET", words=0),
    _row("xdotool", "xdotool type SECRET", words=1),
    _row("stripe login", "stripe login --api-key SECRET"),
    _row("tailscale up", "tailscale up --authkey SECRET", flags="--authkey --auth-key"),
    _row("wg set", "wg set wg0 private-key SECRET", words=2),
    _row("ngrok authtoken", "ngrok authtoken SECRET", words=0),
    _row("ngrok config add-authtoken", "ngrok config add-authtoken SECRET", words=0),
    _row("openvpn", "openvpn --auth-user-pass SECRET"),
    _row("svn", "svn commit --password SECRET"),
    _row("hub", "hub api -H SECRET", flags="-H"),
    _row("telegram-send", "telegram-send --token SECRET"),
)  # fmt: skip

_BY_PROGRAM: dict[str, list[SecretPosition]] = defaultdict(list)  # the longest subcommand path first
for _position in sorted(SECRET_POSITIONS, key=lambda row: -len(row.path)):
    _BY_PROGRAM[_position.program].append(_position)


def secret_position_of(words: Sequence[str]) -> SecretPosition | None:
    """Return the row for a command, the longest subcommand path first.

    Its path need not stand in front: what lies between may be a flag's value, and a miss would cost a secret.

    Example:
        >>> found = secret_position_of(["docker", "--context", "ci", "login", "-p", "x"])
        >>> found.command if found else None
        'docker login'
    """
    rows = _BY_PROGRAM.get(words[0])
    if rows is None:
        return None
    return next((row for row in rows if all(step in words for step in row.path)), None)


# ---- where a name announces a secret

_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SECRET = frozenset(
    """pass password passwd passphrase passcode pwd pw passw secret secrets token tokens bearer credential credentials creds cred
    auth authtoken apikey authkey accesskey secretkey privatekey cookie cookies sid otp totp pin mfa jwt psk salt sas
    signature sig""".split()
)
_ENDINGS = ("password", "passwd", "passphrase", "secret", "token", "apikey")  # PGPASSWORD
_BEFORE_KEY = frozenset(
    "api access secret private client signing encryption master license account shared deploy".split()
)
# --password-file, --token-type, AUTH_URL: what follows is about the secret
_SPARED = frozenset(
    "file stdin path dir length policy type ttl expiry age method mode name prompt url uri scheme store required count".split()
)
_KEY = re.compile(r"pass(word|wd|phrase)?|secret|token|api[-_]?key|credential|authorization|private[-_]?key", re.I)
_PAIR = re.compile(r"(?P<name>[A-Za-z_$/@:.][\w$.\-/:@\[\]]*?)(?::?=|:)(?P<value>.+)", re.DOTALL)
_USER_INFO = re.compile(r"(?<=[A-Za-z0-9])://[^/\s@:]*+(?::[^/\s@]*+)?@")
_LOGIN_ALONE = re.compile(r"(?:git\+)?(?:ssh|sftp|rsync|scp)://[^/\s@:]+@")
_QUERY = re.compile(r"[?&;]([\w.\-]+)=[^&\s]")
_INSIDE = re.compile(
    r"""(?:proxy-)?authorization\s*: | cookie\s*: | \bbearer\s+\S | \bbasic\s+[A-Za-z0-9+/=]{8}
    | identified\s+by\b | private\ key-----""",
    re.IGNORECASE | re.VERBOSE,
)
# a name and what it is set to, anywhere in a text: JSON, a query, a connection string, SQL; without a sign between only where
# what follows is quoted or no plain word
_SET = re.compile(
    r"""(?<![\w.\-])([\w.\-]++)(?=["']?(?:\s{0,8}[:=]{1,3}\s{0,8}["']?[^\s"'=]|\s{1,8}["']\S|\s{1,8}\S{0,64}[\d!@#$%^&*]))"""
)
# A line with none of these has no secret position by a name; asked once for the whole line, since most have none.
_MARKS = (
    "pass", "pwd", "pw", "secret", "token", "key", "auth", "cred", "bearer", "cookie", "sid", "session", "sig", "otp", "pin", "mfa",
    "jwt", "psk", "salt", "sas", "://", "basic ", "identified",
)  # fmt: skip
_SETTING = frozenset(
    """set setenv config configure create add login put write env update insert store connect password passwd set-url
    setapikey""".split()
)


@lru_cache(maxsize=4096)
def names_secret(name: str) -> bool:
    """Whether a key, variable or flag of this name holds a secret.

    Example:
        >>> [n for n in ("PGPASSWORD", "--api-key", "authToken", "--author", "--token-file", "monkey") if names_secret(n)]
        ['PGPASSWORD', '--api-key', 'authToken']
    """
    pieces = [piece.lower() for piece in _PIECE.findall(name)]
    if not pieces or pieces[-1] in _SPARED:
        return False
    if any(piece in _SECRET or piece.endswith(_ENDINGS) for piece in pieces):
        return True
    return any(second == "key" and first in _BEFORE_KEY for first, second in pairwise(pieces))


@lru_cache(maxsize=4096)
def is_secret_key(name: str) -> bool:
    """Whether an argument of a tool or a skill holds a secret by its name; wider than for flags, whose names are known.

    Example:
        >>> [n for n in ("password", "userPin", "mytoken_1", "auth", "path", "text") if is_secret_key(n)]
        ['password', 'userPin', 'mytoken_1', 'auth']
    """
    return _KEY.search(name) is not None or names_secret(name)


def _is_key(name: str) -> bool:
    """Whether a variable's name ends in a key of its own: ORDERS_KEY, KEY; a flag of that name takes a path."""
    return _PIECE.findall(name.lower())[-1:] in (["key"], ["session"])


def is_secret_word(text: str) -> bool:
    """Whether a word holds a secret by a name inside it: a pair, a header, a URL with user-info, a private key.

    Example:
        >>> is_secret_word("DB_PASSWORD=x"), is_secret_word("X-Api-Key: x"), is_secret_word("https://docs.example/tokens")
        (True, True, False)
    """
    if not suspicious(text):
        return False
    if _USER_INFO.search(text) is not None and _LOGIN_ALONE.match(text) is None:
        return True
    pair = _PAIR.fullmatch(text)
    if pair is not None and "//" not in pair["name"] and _names(pair["name"]):
        return True
    if _INSIDE.search(text) is not None:
        return True
    names = _QUERY.findall(text) if "://" in text[:9] else _SET.findall(text)
    return any(map(_names, names))


def _names(name: str) -> bool:
    return names_secret(name) or _is_key(name)


def suspicious(text: str) -> bool:
    """Whether any name that announces a secret occurs at all; most lines have none."""
    low = text.lower()
    for name in _MARKS:  # noqa: SIM110 -- every line comes here: a plain loop is twice as fast as any()
        if name in low:
            return True
    return False


def attached_flag(position: SecretPosition | None, word: str) -> str | None:
    """Return the flag that has a secret in the same word (`-pX`), None where there is none."""
    if position is not None:
        for flag in position.attached:
            if word.startswith(flag) and len(word) > len(flag):
                return flag
    return None


def with_secrets_marked(words: Sequence[Word], *, position: SecretPosition | None) -> list[Word]:
    """Return the words with those in the position of a secret marked; program, subcommands and flags stay what they are.

    Args:
        words: of one command, the program first, with the roles that they have apart from secrets.
        position: where its program takes a secret that no name announces, None where it takes none.
    """
    marked: list[Word] = []
    plain = 0  # flags' values are counted too: that can only mark too much
    for word in words:
        if word.role not in (Role.VALUE, Role.SCRIPT):
            marked.append(word)
            continue
        counted = position is not None and position.words is not None and plain >= position.words
        secret = counted or is_secret_word(word.text) or _announced(marked, position)
        plain += 1
        marked.append(Word(word.text, Role.SECRET) if secret else word)
    return marked


def _announced(marked: Sequence[Word], position: SecretPosition | None) -> bool:
    """Whether the word before announces a secret."""
    before = marked[-1]
    if before.role is Role.FLAG:
        if position is not None and (before.text in position.flags or (position.stdin and before.text == "<<<")):
            return True
        return names_secret(before.text)
    if before.role not in (Role.VALUE, Role.SCRIPT, Role.SECRET) or not names_secret(before.text):
        return False
    return any(word.text in _SETTING for word in marked)
