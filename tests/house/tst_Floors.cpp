// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Holds every #include against the floors of the house. The table of allowed arrows is what the CMake files
// say (tower_library, tower_program); the rules that they cannot say are written here. Each rule is also
// shown to fail on a small bad example.
#include <QDirIterator>
#include <QFile>
#include <QLibraryInfo>
#include <QMap>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

namespace {

/// Path from the top -> text.
using Files = QMap<QString, QString>;
/// Folder -> folders that it may include.
using Floors = QMap<QString, QSet<QString>>;

QString readText(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

Files readSources(const QStringList &folders)
{
    const QString top = QStringLiteral(TOWER_SOURCE_DIR "/");
    Files files;
    for (const QString &folder : folders) {
        QDirIterator it(top + folder, {"*.h", "*.cpp"}, QDir::Files, QDirIterator::Subdirectories);
        while (it.hasNext()) {
            const QString path = it.next();
            files.insert(path.mid(top.size()), readText(path));
        }
    }
    return files;
}

/// core/relay/RelayPolicy.h -> core/relay; ui/... -> ui; app/Tower.h -> app; app/ctl/main.cpp -> app/ctl.
QString folderOf(const QString &path)
{
    const QStringList parts = path.split('/');
    if (parts.first() == "ui" || parts.size() < 3)
        return parts.first();
    return parts.mid(0, 2).join('/');
}

QStringList matches(const QString &text, const QString &pattern)
{
    QStringList found;
    QRegularExpression expression(pattern, QRegularExpression::MultilineOption);
    for (auto it = expression.globalMatch(text); it.hasNext();)
        found << it.next().captured(1);
    return found;
}

QStringList quotedIncludes(const QString &text)
{
    return matches(text, R"re(^\s*#\s*include\s*"([^"]+)")re");
}

QStringList angledIncludes(const QString &text)
{
    return matches(text, R"(^\s*#\s*include\s*<([^>]+)>)");
}

QString withoutComments(QString text)
{
    static const QRegularExpression comment(R"((^|\s)//[^\n]*|/\*.*?\*/)",
                                            QRegularExpression::DotMatchesEverythingOption |
                                                QRegularExpression::MultilineOption);
    return text.remove(comment);
}

/// What a folder may use: itself, what its line names, and what those may use. A name that stands on no
/// earlier line is an arrow upwards or a circle in the table itself.
Floors readFloors(const QString &cmake, QStringList *problems)
{
    static const QRegularExpression line(
        R"(^\s*(?:tower_library\((\S+)\s+DEPENDS|tower_program\((\S+) \S+|target_link_libraries\((tower_app) PUBLIC)([^)]*)\))",
        QRegularExpression::MultilineOption);
    const QStringList resources =
        matches(cmake, R"(\badd_library\(tower_(\w+) OBJECT\))"); // no code to include
    Floors floors;
    for (auto it = line.globalMatch(cmake); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        QString folder = match.captured(1);
        if (!match.captured(2).isEmpty())
            folder = "app/" + match.captured(2);
        if (!match.captured(3).isEmpty())
            folder = "app";
        QSet<QString> allowed{folder};
        for (const QString &library : matches(match.captured(4), R"(\btower_(\w+))")) {
            if (resources.contains(library))
                continue;
            const QString used = library == "ui" || library == "app" ? library : "core/" + library;
            if (!floors.contains(used))
                *problems << QString("%1 uses %2, which stands on no earlier line").arg(folder, used);
            allowed += floors.value(used);
        }
        floors.insert(folder, allowed);
    }
    return floors;
}

QStringList forbiddenArrows(const Files &files, const Floors &floors)
{
    QStringList problems;
    for (auto file = files.begin(); file != files.end(); ++file) {
        const QString from = folderOf(file.key());
        if (!floors.contains(from)) {
            problems << file.key() + " is in a folder that no CMake line names";
            continue;
        }
        for (const QString &include : quotedIncludes(file.value())) {
            if (include.endsWith(".moc"))
                continue;
            if (!files.contains(include))
                problems << QString("%1 includes %2, which is no path from the top").arg(file.key(), include);
            else if (!floors[from].contains(folderOf(include)))
                problems << QString("%1 includes %2").arg(file.key(), include);
        }
    }
    return problems;
}

/// Folders of core that reach themselves over the #includes that are really there.
QStringList circles(const Files &files)
{
    QMap<QString, QSet<QString>> reach;
    for (auto file = files.begin(); file != files.end(); ++file)
        for (const QString &include : quotedIncludes(file.value()))
            if (folderOf(include) != folderOf(file.key()))
                reach[folderOf(file.key())].insert(folderOf(include));
    for (bool grown = true; grown;) {
        grown = false;
        for (auto from = reach.begin(); from != reach.end(); ++from) {
            const qsizetype before = from->size();
            const QSet<QString> direct = *from;
            for (const QString &to : direct)
                *from += reach.value(to);
            grown |= from->size() != before;
        }
    }
    QStringList found;
    for (auto from = reach.begin(); from != reach.end(); ++from)
        if (from->contains(from.key()))
            found << from.key();
    return found;
}

/// Headers of Qt's window libraries, by the headers that are installed.
bool isWindowHeader(const QString &include)
{
    static const QString headers = QLibraryInfo::path(QLibraryInfo::HeadersPath);
    for (const char *module : {"QtGui", "QtWidgets", "QtSvg", "QtSvgWidgets"})
        if (include.startsWith(QString(module) + "/") || include == module ||
            QFile::exists(QString("%1/%2/%3").arg(headers, module, include)))
            return true;
    return false;
}

QStringList windowsInCore(const Files &files)
{
    QStringList problems;
    for (auto file = files.begin(); file != files.end(); ++file)
        if (file.key().startsWith("core/"))
            for (const QString &include : angledIncludes(file.value()))
                if (isWindowHeader(include))
                    problems << QString("%1 includes <%2>").arg(file.key(), include);
    return problems;
}

/// The windows reach neither the HTTP layer nor the database.
QStringList reachingPastServices(const Files &files)
{
    static const QRegularExpression sql(
        R"(\bSELECT\s.*\bFROM\b|\bINSERT\s+INTO\b|\bUPDATE\s+\w+\s+SET\b|\bDELETE\s+FROM\b|#\s*include\s*<QSql)",
        QRegularExpression::DotMatchesEverythingOption);
    QStringList problems;
    for (auto file = files.begin(); file != files.end(); ++file) {
        if (!file.key().startsWith("ui/"))
            continue;
        for (const QString &include : quotedIncludes(file.value()))
            if (include.startsWith("core/api/") || include.startsWith("core/http/") ||
                include.startsWith("app/"))
                problems << QString("%1 includes %2").arg(file.key(), include);
        if (withoutComments(file.value()).contains(sql))
            problems << file.key() + " speaks SQL";
    }
    return problems;
}

QStringList strangersToHttpServer(const Files &files)
{
    static const QRegularExpression door("^core/http/(HttpHost|GuardedServer)[.]");
    static const QRegularExpression name("\\bQ(Abstract)?HttpServer");
    QStringList problems;
    for (auto file = files.begin(); file != files.end(); ++file)
        if (!file.key().contains(door) && withoutComments(file.value()).contains(name))
            problems << file.key() + " knows QHttpServer";
    return problems;
}

QString joined(const QStringList &problems)
{
    return problems.join('\n');
}

} // namespace

class TestFloors : public QObject
{
    Q_OBJECT

    Files m_files;
    Floors m_floors;

private slots:
    void initTestCase()
    {
        m_files = readSources({"core", "ui", "app"});
        QVERIFY(m_files.contains("core/base/Types.h"));
        QStringList problems;
        QString cmake;
        for (const char *folder : {"resources", "core", "ui", "app"})
            cmake += readText(QString(TOWER_SOURCE_DIR "/%1/CMakeLists.txt").arg(folder));
        m_floors = readFloors(cmake, &problems);
        QCOMPARE(joined(problems), QString());
        QVERIFY(m_floors.value("core/relay").contains("core/base"));
    }

    void everyIncludeGoesDown() { QCOMPARE(joined(forbiddenArrows(m_files, m_floors)), QString()); }
    void noCircles() { QCOMPARE(joined(circles(m_files)), QString()); }
    void coreHasNoWindows() { QCOMPARE(joined(windowsInCore(m_files)), QString()); }
    void windowsUseServicesOnly() { QCOMPARE(joined(reachingPastServices(m_files)), QString()); }
    void oneDoorKnowsHttpServer() { QCOMPARE(joined(strangersToHttpServer(m_files)), QString()); }
    void relayPolicyStandsOnTwoFolders()
    {
        QCOMPARE(m_floors.value("app/relay-policy"),
                 (QSet<QString>{"app/relay-policy", "core/base", "core/nostr"}));
    }

    // Negative controls: each checker finds the fault that it is there to find.
    void findsForbiddenArrow()
    {
        QStringList problems;
        const Floors floors = readFloors("tower_library(core/base DEPENDS Qt6::Core)\n"
                                         "tower_library(core/store DEPENDS tower_base Qt6::Sql)\n"
                                         "tower_library(core/relay DEPENDS tower_store)\n",
                                         &problems);
        QCOMPARE(joined(problems), QString());
        const Files files{{"core/base/A.h", "#include \"core/store/B.h\"\n"},
                          {"core/store/B.h", "#include \"core/base/A.h\"\n#include <QString>\n"},
                          {"core/relay/C.h", "#include \"core/base/A.h\"\n"},
                          {"core/relay/D.cpp", "#include \"C.h\"\n#include \"D.moc\"\n"},
                          {"core/cellar/E.h", "\n"}};
        QCOMPARE(forbiddenArrows(files, floors),
                 (QStringList{"core/base/A.h includes core/store/B.h",
                              "core/cellar/E.h is in a folder that no CMake line names",
                              "core/relay/D.cpp includes C.h, which is no path from the top"}));
    }

    void findsArrowUpwardsInTable()
    {
        QStringList problems;
        readFloors(
            "tower_library(core/base DEPENDS tower_store)\ntower_library(core/store DEPENDS tower_base)\n",
            &problems);
        QCOMPARE(problems, QStringList{"core/base uses core/store, which stands on no earlier line"});
    }

    void findsCircle()
    {
        const Files files{{"core/a/A.h", "#include \"core/b/B.h\"\n"},
                          {"core/b/B.h", "#include \"core/c/C.h\"\n"},
                          {"core/c/C.h", "#include \"core/a/A.h\"\n"},
                          {"core/d/D.h", "#include \"core/a/A.h\"\n"}};
        QCOMPARE(circles(files), (QStringList{"core/a", "core/b", "core/c"}));
    }

    void findsWindowInCore()
    {
        const Files files{{"core/base/A.h", "#include <QColor>\n#include <QString>\n"},
                          {"core/base/B.h", "#include <QtWidgets/QLabel>\n"},
                          {"ui/C.h", "#include <QLabel>\n"}};
        QCOMPARE(windowsInCore(files), (QStringList{"core/base/A.h includes <QColor>",
                                                    "core/base/B.h includes <QtWidgets/QLabel>"}));
    }

    void findsWindowThatReachesPastServices()
    {
        const Files files{{"ui/A.cpp", "#include \"core/http/Router.h\"\n"},
                          {"ui/B.cpp", "auto q = R\"(SELECT a\n FROM b)\";\n"},
                          {"ui/C.cpp", "// SELECT a FROM b\nauto s = tr(\"Select all\");\n"}};
        QCOMPARE(reachingPastServices(files),
                 (QStringList{"ui/A.cpp includes core/http/Router.h", "ui/B.cpp speaks SQL"}));
    }

    void findsStrangerToHttpServer()
    {
        const Files files{{"core/http/HttpHost.cpp", "#include <QHttpServer>\n"},
                          {"core/http/Router.h", "// QHttpServer has no routes here\n"},
                          {"core/api/Routes.cpp", "QHttpServerResponse answer;\n"}};
        QCOMPARE(strangersToHttpServer(files), QStringList{"core/api/Routes.cpp knows QHttpServer"});
    }
};

QTEST_GUILESS_MAIN(TestFloors)
#include "tst_Floors.moc"
