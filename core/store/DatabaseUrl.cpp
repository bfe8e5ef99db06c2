// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/store/Database.h"

#include <QUrl>
#include <QUrlQuery>

namespace tower {

namespace {

ServiceError badUrl(const QString &why)
{
    return badRequest("database",
                      QStringLiteral("The database URL %1; write sqlite:PATH or "
                                     "postgresql://user:password@host:port/name.")
                          .arg(why),
                      "invalid_database_url");
}

DatabaseUrl parsePostgres(const QString &text)
{
    const QUrl url(text, QUrl::StrictMode);
    if (!url.isValid() || url.hasFragment())
        throw badUrl(QStringLiteral("can't be read"));
    DatabaseUrl out;
    out.engine = Engine::Postgres;
    out.host = url.host(QUrl::FullyDecoded);
    out.port = url.port(5432);
    out.user = url.userName(QUrl::FullyDecoded);
    out.password = url.password(QUrl::FullyDecoded);
    out.name = url.path(QUrl::FullyDecoded).mid(1);
    for (const auto &[key, value] : QUrlQuery(url).queryItems(QUrl::FullyDecoded)) {
        if (key == u"host")
            out.host = value;
        else if (key == u"sslmode")
            out.sslMode = value;
        else
            throw badUrl(QStringLiteral("has the unknown parameter \"%1\"").arg(key));
    }
    static const QStringList sslModes{QStringLiteral("disable"),   QStringLiteral("allow"),
                                      QStringLiteral("prefer"),    QStringLiteral("require"),
                                      QStringLiteral("verify-ca"), QStringLiteral("verify-full")};
    if (!out.sslMode.isEmpty() && !sslModes.contains(out.sslMode))
        throw badUrl(
            QStringLiteral("has an sslmode that is none of %1").arg(sslModes.join(QStringLiteral(", "))));
    if (out.name.isEmpty() || out.name.contains(u'/'))
        throw badUrl(QStringLiteral("names no database"));
    for (const QString &part : {out.host, out.user, out.password, out.name}) {
        if (part.contains(QChar(0)))
            throw badUrl(QStringLiteral("holds a NUL character"));
    }
    return out;
}

} // namespace

DatabaseUrl DatabaseUrl::parse(const QString &url)
{
    if (url.startsWith(u"sqlite:")) {
        DatabaseUrl out;
        out.path = url.mid(7);
        if (out.path.startsWith(u"//"))
            out.path = out.path.mid(2);
        if (out.path.isEmpty() || out.path == u":memory:" || out.path.contains(QChar(0)))
            throw badUrl(QStringLiteral("names no file"));
        return out;
    }
    if (url.startsWith(u"postgresql://") || url.startsWith(u"postgres://"))
        return parsePostgres(url);
    throw badUrl(QStringLiteral("begins with neither sqlite: nor postgresql://"));
}

QString DatabaseUrl::display() const
{
    if (engine == Engine::Sqlite)
        return QStringLiteral("sqlite:") + path;
    const QString who = user.isEmpty() ? QString() : user + u'@';
    return QStringLiteral("postgresql://%1%2:%3/%4").arg(who, host).arg(port).arg(name);
}

} // namespace tower
