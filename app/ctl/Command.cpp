// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/ctl/Command.h"

#include "core/base/DataDir.h"

namespace tower {

namespace {

struct VerbSpec
{
    const char *name;
    int least, most; ///< arguments; most < 0 = any number
    QStringList options;
};

const QList<VerbSpec> &verbs()
{
    static const QList<VerbSpec> list{
        {"grant", 1, -1, {"--level", "--reason", "--expires"}},
        {"revoke", 1, -1, {"--reason", "--force"}},
        {"list", 0, 0, {"--level", "--query", "--limit", "--all"}},
        {"explain", 1, 1, {}},
        {"queue", 0, 0, {"--status", "--limit", "--all"}},
        {"approve", 1, -1, {}},
        {"reject", 1, -1, {"--reason"}},
        {"export", 1, 1, {"--format"}},
        {"reconcile", 0, 0, {}},
        {"verify-activity", 0, 0, {}},
        {"backup", 1, 1, {"--database"}},
        {"restore", 1, 1, {"--database"}},
    };
    return list;
}

const QStringList flags{"--json", "--force", "--all", "--help", "-h", "--version"};
const QStringList globals{"--url", "--json", "--data-dir", "--ca-file", "--help", "-h", "--version"};

bool isKnownOption(const QString &name)
{
    if (globals.contains(name))
        return true;
    for (const VerbSpec &verb : verbs())
        if (verb.options.contains(name))
            return true;
    return false;
}

} // namespace

Command Command::parse(QStringList arguments)
{
    Command command;
    bool optionsOver = false;
    while (!arguments.isEmpty()) {
        const QString word = arguments.takeFirst();
        if (optionsOver || !word.startsWith('-') || word == "-") {
            if (command.m_verb.isEmpty())
                command.m_verb = word;
            else
                command.m_arguments << word;
            continue;
        }
        if (word == "--") {
            optionsOver = true;
            continue;
        }
        const qsizetype equals = word.indexOf('=');
        const QString name = equals < 0 ? word : word.left(equals);
        if (!isKnownOption(name))
            throw UsageError("unknown option " + name);
        if (command.m_options.contains(name))
            throw UsageError(name + " is given twice");
        if (flags.contains(name) && equals >= 0)
            throw UsageError(name + " takes no value");
        if (!flags.contains(name) && equals < 0 && arguments.isEmpty())
            throw UsageError(name + " needs a value");
        if (flags.contains(name))
            command.m_options.insert(name, {});
        else
            command.m_options.insert(name, equals < 0 ? arguments.takeFirst() : word.mid(equals + 1));
    }
    if (command.has("--help") || command.has("-h") || command.has("--version"))
        command.m_verb.clear();
    else
        command.checkVerb();
    return command;
}

void Command::checkVerb() const
{
    if (m_verb.isEmpty())
        throw UsageError("what is to be done?");
    for (const VerbSpec &spec : verbs()) {
        if (m_verb != spec.name)
            continue;
        for (auto option = m_options.begin(); option != m_options.end(); ++option)
            if (!globals.contains(option.key()) && !spec.options.contains(option.key()))
                throw UsageError(QString("%1 takes no %2").arg(m_verb, option.key()));
        if (m_arguments.size() < spec.least)
            throw UsageError(m_verb + " needs to be told what");
        if (spec.most >= 0 && m_arguments.size() > spec.most)
            throw UsageError(QString("%1: one argument too many: %2").arg(m_verb, m_arguments[spec.most]));
        return;
    }
    throw UsageError("unknown command " + m_verb);
}

QString Command::choice(const QString &option, const QStringList &choices) const
{
    const QString given = value(option);
    if (!choices.contains(given))
        throw UsageError(QString("%1 needs %2 %3").arg(m_verb, option, choices.join('|')));
    return given;
}

QUrl Command::url() const
{
    const QUrl url(value("--url", "http://127.0.0.1:8337"), QUrl::StrictMode);
    if (!url.isValid() || (url.scheme() != "http" && url.scheme() != "https") || url.host().isEmpty() ||
        !url.userInfo().isEmpty() || url.hasQuery() || url.hasFragment())
        throw UsageError("--url must be an http or https address, like http://127.0.0.1:8337");
    return url;
}

QString Command::dataDir() const
{
    return value("--data-dir", defaultDataDir());
}

QByteArray Command::help()
{
    return R"(Usage: towerctl [options] COMMAND ...

Relay access
  grant KEY... none|read|write [--reason TEXT] [--expires ISO-8601]
  revoke KEY... [--reason TEXT] [--force]
  list [--level none|read|write] [--query TEXT] [--limit N | --all]
  explain KEY|EVENT-JSON|-        what the relay would be told, and why (- reads the event from stdin)
Moderation
  queue [--status pending|flagged|approved|auto_approved|rejected] [--limit N | --all]
  approve EVENT-ID...
  reject EVENT-ID... [--reason TEXT]
Books and records
  reconcile                       exit status 1 when a check fails
  verify-activity                 exit status 1 when the record of decisions was changed
  export accounts|activity|decisions|ledger [--format csv|json]
  backup NAME                     a copy in the tower's data folder, while it serves
  backup PATH --data-dir DIR | --database sqlite:FILE
                                  the same to any place on this machine
  restore COPY [--data-dir DIR] [--database sqlite:FILE]
                                  with nothing running on it; --database names the file to be replaced, or to be
                                  made, when it is not DIR/tower.db

Options, before or after the command
  --url URL        the tower's address (default http://127.0.0.1:8337)
  --json           the answer as it came
  --data-dir DIR   a data folder on this machine (also searched for the admin token)
  --ca-file FILE   certificates (PEM) to trust beside the system's
  --help, --version

Keys are npub1... or hex, event ids note1... or hex. The admin token is taken from ADMIN_TOKEN, the file that
ADMIN_TOKEN_FILE names, secrets.ini in the data folder, or the keychain.
Exit status: 0 done, 1 refused or a check failed, 2 wrong usage.
)";
}

} // namespace tower
