"""The database's own programs, which dump and restore a site's database. They get the site's password through a pipe: in an
argument list or an environment, others could read it."""
import gzip
import os
import shutil
import subprocess

NEWEST_DUMPS_BEGIN_WITH = b"/*M!999999\\- enable the sandbox mode */"  # Older clients fail on it.


def dump_database(config, output, leave_out):
    """Writes a site's database to `output` as SQL, without these tables. `config` is the site's, the bench's included."""
    user, name = config.get("db_user") or config["db_name"], config["db_name"]
    if is_postgres(config):
        programs = ("pg_dump",)
        arguments = ["--no-owner", "--no-privileges", *("--exclude-table=\"%s\"" % table for table in leave_out)]
    else:
        programs = ("mariadb-dump", "mysqldump")
        arguments = ["--single-transaction", "--quick", "--skip-lock-tables", "--no-tablespaces", "--routines", "--triggers"]
        arguments += ["--ignore-table=%s.%s" % (name, table) for table in leave_out]
    with client(programs, config, user, config["db_password"], name, arguments, stdout=subprocess.PIPE) as process:
        shutil.copyfileobj(process.stdout, output)


def restore_database(*arguments):
    """Replaces Frappe's DbManager.restore_database, which puts the password into a shell's command line."""
    import frappe

    name, source, user, password = arguments[-4:]
    programs, options = ("mariadb", "mysql"), []
    if is_postgres(frappe.conf):
        programs, options = ("psql",), ["--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1"]
    with (gzip.open if source.endswith(".gz") else open)(source, "rb") as file:
        with client(programs, frappe.conf, user, password, name, options, stdin=subprocess.PIPE) as process:
            try:
                first = file.readline()
                process.stdin.write(b"" if first.startswith(NEWEST_DUMPS_BEGIN_WITH) else first)
                shutil.copyfileobj(file, process.stdin)
                process.stdin.close()
            except BrokenPipeError:
                pass  # It has ended, and has printed why.
    frappe.cache.delete_keys("")


def is_postgres(config):
    return config.get("db_type") == "postgres"


class client:
    """One of the programs, connected to a database; raises when it fails. Its output goes where Frappe's output goes."""

    def __init__(self, programs, config, user, password, name, arguments, **streams):
        found = next(filter(None, map(shutil.which, programs)), None)
        if not found:
            raise Exception("%s is not installed on this machine" % programs[0])
        server = {"host": config.get("db_host") or "127.0.0.1", "port": config.get("db_port")}
        self.options = None
        environment = dict(os.environ)
        if is_postgres(config):
            self.options = pipe_of("[site]\n", {**server, "user": user, "password": password, "dbname": name}, "%s=%s\n")
            environment.update(PGSERVICEFILE="/dev/fd/%d" % self.options, PGSERVICE="site")
        else:
            if config.get("db_socket"):
                server = {"socket": config["db_socket"]}
            self.options = pipe_of("[client]\n", {**server, "user": user, "password": password}, '%s="%s"\n')
            arguments = ["--defaults-file=/dev/fd/%d" % self.options, *arguments, name]
        self.process = subprocess.Popen([found, *arguments], pass_fds=[self.options], env=environment, **streams)

    def __enter__(self):
        return self.process

    def __exit__(self, error, *_):
        os.close(self.options)
        if error:
            self.process.kill()
        code = self.process.wait()
        if code != 0 and not error:
            raise Exception("%s ended with exit code %d" % (self.process.args[0], code))


def pipe_of(head, values, form):
    read_end, write_end = os.pipe()
    with os.fdopen(write_end, "w") as file:
        file.write(head)
        for key, value in values.items():
            if value is not None:
                file.write(form % (key, str(value).replace("\\", "\\\\").replace('"', '\\"') if '"' in form else value))
    return read_end
