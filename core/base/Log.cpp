// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Log.h"

#include "core/base/Clock.h"
#include "core/base/PosixFile.h"

#include <QFile>

#include <atomic>
#include <cerrno>
#include <mutex>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tower::log {
namespace {

constexpr qint64 rotateAtBytes = 10 * 1024 * 1024;

/// The places that lines go to. Guarded by its mutex; whether anyone listens at all is known without it.
struct Sinks
{
    std::mutex mutex;
    bool stderrOpen = false;
    QByteArray path;
    int file = -1;
    qint64 fileSize = 0;
};

// Never destroyed: threads and destructors of statics may still log while the process ends.
Sinks &sinks()
{
    static auto *const instance = new Sinks;
    return *instance;
}

std::atomic<bool> verbose = false;
std::atomic<bool> anySink = false;

void appendHexEscape(QByteArray &out, uint code)
{
    static constexpr char digits[] = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4)
        out += digits[(code >> shift) & 0xf];
}

/// Control characters, and those that end a line or turn its direction in a terminal or an editor.
bool needsEscape(char16_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

void appendEscaped(QByteArray &out, QStringView text, bool quoted)
{
    for (qsizetype i = 0; i < text.size(); ++i) {
        const char16_t c = text[i].unicode();
        if (c == u'\n') {
            out += "\\n";
        } else if (c == u'\r') {
            out += "\\r";
        } else if (c == u'\t') {
            out += "\\t";
        } else if (quoted && (c == u'"' || c == u'\\')) {
            out += '\\';
            out += static_cast<char>(c);
        } else if (needsEscape(c)) {
            appendHexEscape(out, c);
        } else if (c < 0x80) {
            out += static_cast<char>(c);
        } else if (text[i].isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate()) {
            out += text.sliced(i, 2).toUtf8();
            ++i;
        } else if (text[i].isSurrogate()) {
            appendHexEscape(out, c);
        } else {
            out += text.sliced(i, 1).toUtf8();
        }
    }
}

bool needsQuotes(QStringView value)
{
    for (const QChar c : value) {
        if (c.isSpace() || c == u'"' || c == u'\\' || needsEscape(c.unicode()))
            return true;
    }
    return value.isEmpty();
}

void appendValue(QByteArray &out, QStringView value)
{
    if (!needsQuotes(value)) {
        appendEscaped(out, value, false);
        return;
    }
    out += '"';
    appendEscaped(out, value, true);
    out += '"';
}

bool openFile(Sinks &s)
{
    s.file = ::open(s.path.constData(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (s.file < 0)
        return false;
    ::fchmod(s.file, 0600); // an older file may have been made readable by others
    struct stat status
    {
    };
    s.fileSize = ::fstat(s.file, &status) == 0 ? status.st_size : 0;
    return true;
}

void writeToFile(Sinks &s, const QByteArray &line)
{
    if (s.fileSize > 0 && s.fileSize + line.size() > rotateAtBytes) {
        ::close(s.file);
        const bool moved = ::rename(s.path.constData(), (s.path + ".1").constData()) == 0;
        if (!openFile(s))
            return;
        if (!moved)
            s.fileSize = 0; // what can't be moved grows on; try again after as much again
    }
    writeAll(s.file, line);
    s.fileSize += line.size();
}

void write(const char *level, const char *category, const QString &event, Fields fields)
{
    if (!anySink.load(std::memory_order_relaxed))
        return;
    QByteArray line;
    line.reserve(200);
    line += toIso(SystemClock().now()).toLatin1();
    line += ' ';
    line += level;
    line += ' ';
    line += category;
    line += ": ";
    appendEscaped(line, event, false);
    for (const auto &[name, value] : fields) {
        line += ' ';
        line += name;
        line += '=';
        appendValue(line, value);
    }
    line += '\n';

    Sinks &s = sinks();
    const std::lock_guard lock(s.mutex);
    // A full disk or a closed pipe must not stop the tower: what can't be written is lost.
    if (s.stderrOpen)
        writeAll(STDERR_FILENO, line);
    if (s.file >= 0)
        writeToFile(s, line);
}

void qtMessage(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    const bool named = context.category && qstrcmp(context.category, "default") != 0;
    const char *category = named ? context.category : "qt";
    switch (type) {
    case QtDebugMsg:
        debug(category, message);
        break;
    case QtInfoMsg:
        info(category, message);
        break;
    case QtWarningMsg:
        warning(category, message);
        break;
    case QtCriticalMsg:
    case QtFatalMsg: // Qt itself aborts after a fatal message
        error(category, message);
        break;
    }
}

} // namespace

void toStderr()
{
    Sinks &s = sinks();
    const std::lock_guard lock(s.mutex);
    s.stderrOpen = true;
    anySink = true;
}

void toFile(const QString &path)
{
    Sinks &s = sinks();
    bool opened = false;
    int reason = 0;
    {
        const std::lock_guard lock(s.mutex);
        if (s.file >= 0)
            ::close(s.file);
        s.path = QFile::encodeName(path);
        opened = openFile(s);
        reason = errno;
        if (opened)
            anySink = true;
    }
    if (!opened)
        warning("log", QStringLiteral("the log file can't be opened"),
                {{"path", path}, {"reason", qt_error_string(reason)}});
}

void installQtHandler()
{
    qInstallMessageHandler(qtMessage);
}

void setVerbose(bool on)
{
    verbose = on;
}

bool isVerbose()
{
    return verbose.load(std::memory_order_relaxed);
}

void debug(const char *category, const QString &event, Fields fields)
{
    if (isVerbose())
        write("debug", category, event, fields);
}

void info(const char *category, const QString &event, Fields fields)
{
    write("info", category, event, fields);
}

void warning(const char *category, const QString &event, Fields fields)
{
    write("warning", category, event, fields);
}

void error(const char *category, const QString &event, Fields fields)
{
    write("error", category, event, fields);
}

} // namespace tower::log
