"""The sites' database server, as its administrator."""
from driver.frappe_bench import bench_config, database_kind
from driver.settings import DATABASE


def database_administrator(patience=5):
    """A connection as the database's administrator; raises what the database's own client raises when it cannot connect."""
    kind, config = database_kind(), bench_config()
    host = DATABASE.get("host") or config.get("db_host") or "127.0.0.1"
    port = int(DATABASE.get("port") or config.get("db_port") or (5432 if kind == "postgres" else 3306))
    name = DATABASE.get("adminName") or config.get("root_login") or ("postgres" if kind == "postgres" else "root")
    login = {"host": host, "port": port, "user": name, "connect_timeout": patience}
    login["password"] = DATABASE.get("adminPassword") or config.get("root_password") or ""
    if kind == "postgres":
        import psycopg2

        connection = psycopg2.connect(dbname="postgres", **login)
        connection.autocommit = True
        return connection
    import pymysql

    return pymysql.connect(autocommit=True, read_timeout=60, **login)


def check_database():
    """Raises when the database is unreachable, or when what is created could not be dropped."""
    connection = database_administrator()
    if database_kind() == "mariadb":
        users_hosts(connection, "root")
    connection.close()


def database_exists(name):
    if database_kind() == "postgres":
        query = "select 1 from pg_database where datname = %s"
    else:
        query = "select 1 from information_schema.schemata where schema_name = %s"
    connection = database_administrator()
    with connection.cursor() as cursor:
        cursor.execute(query, (name,))
        found = cursor.fetchone() is not None
    connection.close()
    return found


def users_hosts(connection, name):
    """The hosts that a MariaDB user of this name may log in from: Frappe uses the host that the server saw."""
    with connection.cursor() as cursor:
        cursor.execute("select host from mysql.user where user = %s", (name,))
        return [host for (host,) in cursor.fetchall()]


def drop_database(name):
    """`name` is a database of ours, and its user has the same name; either may be gone already."""
    connection = database_administrator()
    with connection.cursor() as cursor:
        if database_kind() == "postgres":
            cursor.execute('drop database if exists "%s" with (force)' % name)
            cursor.execute('drop role if exists "%s"' % name)
        else:
            end_sessions(cursor, name)
            cursor.execute("drop database if exists `%s`" % name)
            for host in users_hosts(connection, name):
                cursor.execute("drop user if exists %s@%s", (name, host))
    connection.close()


def end_sessions(cursor, name):
    """A killed worker's session may still hold a lock on a table, and a drop would wait for it."""
    import pymysql

    cursor.execute("select id from information_schema.processlist where user = %s", (name,))
    for (session,) in cursor.fetchall():
        try:
            cursor.execute("kill %d" % session)
        except pymysql.err.MySQLError as error:
            if error.args[0] != 1094:  # It has ended meanwhile.
                raise
