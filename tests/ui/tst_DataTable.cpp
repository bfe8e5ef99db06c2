// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/CsvExport.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/FilterBox.h"
#include "ui/widgets/KeyedModel.h"

#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QHeaderView>
#include <QJsonDocument>
#include <QScrollBar>
#include <QSettings>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

#include <rapidcheck.h>

#include <map>

using namespace tower;

namespace {

struct Line
{
    int id = 0;
    QString name;

    friend bool operator==(const Line &, const Line &) = default;
};

using Model = KeyedModel<Line>;

std::vector<Column<Line>> columns()
{
    return {
        {.info = {"id", "Id", CellKind::Number, "id", 80},
         .text = [](const Line &l) { return QString::number(l.id); }},
        {.info = {"name", "Name", CellKind::Text, "name", 200}, .text = [](const Line &l) { return l.name; }},
        {.info = {"at", "At", CellKind::Time, {}, 90},
         .time = [](const Line &) { return std::optional(Millis(1'763'000'000'000)); }},
    };
}

/// Answers pages of numbers 0..count-1 at once or when let go, and counts what it is asked.
struct Source
{
    int count = 0;
    bool held = false;
    int asked = 0;
    std::vector<std::function<void()>> waiting{};
    std::map<int, QString> names{};
    std::vector<int> order{}; ///< instead of 0..count-1, where set

    Line line(int id) const
    {
        const auto name = names.find(id);
        return {id, name == names.end() ? QStringLiteral("line %1").arg(id) : name->second};
    }

    RowSource<Line> rows()
    {
        return {.key = [](const Line &l) { return QString::number(l.id); },
                .fetch =
                    [this](const QString &cursor, int limit, auto done, auto) {
                        ++asked;
                        Page<Line> page;
                        const int all = order.empty() ? count : static_cast<int>(order.size());
                        const int from = cursor.toInt();
                        for (int i = from; i < std::min(all, from + limit); ++i)
                            page.items.push_back(
                                line(order.empty() ? i : order[static_cast<std::size_t>(i)]));
                        if (from + limit < all)
                            page.nextCursor = QString::number(from + limit);
                        page.total = std::min<std::int64_t>(all, Page<Line>::countLimit);
                        page.totalIsExact = all <= Page<Line>::countLimit;
                        if (held)
                            waiting.push_back([done, page] { done(page); });
                        else
                            done(page);
                    },
                .before = [](const Line &a, const Line &b) { return a.id < b.id; }};
    }
};

} // namespace

class tst_DataTable : public QObject
{
    Q_OBJECT

private slots:
    void pagesOnly();
    void changesKeepSelectionAndScroll();
    void refreshNeverResets();
    void newRowsFindTheirPlace();
    void oldAnswersAreDropped();
    void refreshLeadsToTheAnswer();
    void columnsAreRemembered();
    void headerAsksForSorting();
    void copies();
    void exportsAllPages();
    void exportCanBeCancelled();
    void saysWhenEmpty();
    void ctrlFFindsTheFilter();
};

void tst_DataTable::pagesOnly()
{
    Source source{.count = 1'000'000};
    Model model(columns(), source.rows());
    DataTable table(QStringLiteral("million"), model, nullptr);
    table.resize(600, 400);
    table.show();
    model.restart();
    QCoreApplication::processEvents();
    QVERIFY(source.asked <= 2);
    QVERIFY(model.rowCount() <= 200);
    QCOMPARE(table.countText(), QLocale().toString(10'000) + QLatin1Char('+'));
    const int before = model.rowCount();
    table.view()->verticalScrollBar()->setValue(table.view()->verticalScrollBar()->maximum());
    QTRY_VERIFY(model.rowCount() > before);
    QVERIFY(model.rowCount() <= before + 200);
}

void tst_DataTable::changesKeepSelectionAndScroll()
{
    Source source{.count = 300};
    Model model(columns(), source.rows());
    DataTable table(QStringLiteral("lines"), model, nullptr);
    table.resize(600, 400);
    table.show();
    model.restart();
    table.select(QStringLiteral("50"));
    const int shownAt = table.view()->visualRect(model.index(model.rowOf("50"), 0)).top();
    QVERIFY(shownAt > 0);
    QSignalSpy reset(&model, &QAbstractItemModel::modelReset);

    model.upsert({60, QStringLiteral("changed")});
    model.remove(QStringLiteral("70"));
    model.remove(QStringLiteral("not there"));
    QCOMPARE(model.find("60")->name, QStringLiteral("changed"));
    QCOMPARE(model.rowOf("70"), -1);
    QCOMPARE(model.rowOf("71"), 70);
    QCOMPARE(table.selectedKeys(), QStringList{QStringLiteral("50")});
    QCOMPARE(table.view()->visualRect(model.index(model.rowOf("50"), 0)).top(), shownAt);
    QCOMPARE(model.total(), 299);
    QCOMPARE(reset.count(), 0);
}

void tst_DataTable::refreshNeverResets()
{
    Source source{.count = 100};
    Model model(columns(), source.rows());
    DataTable table(QStringLiteral("lines"), model, nullptr);
    table.resize(600, 400);
    table.show();
    model.restart();
    table.select(QStringLiteral("50"));
    const int scroll = table.view()->verticalScrollBar()->value();
    QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    source.names[51] = QStringLiteral("new name");
    model.refresh();
    QCOMPARE(changed.count(), 1);
    QCOMPARE(model.find("51")->name, QStringLiteral("new name"));
    QCOMPARE(table.selectedKeys(), QStringList{QStringLiteral("50")});
    QCOMPARE(table.view()->verticalScrollBar()->value(), scroll);
    QCOMPARE(reset.count(), 0);
}

void tst_DataTable::newRowsFindTheirPlace()
{
    Source source;
    source.order = {0, 2, 4, 6};
    Model model(columns(), source.rows());
    model.restart();
    model.upsert({5, {}});
    QCOMPARE(model.rowOf("5"), 3);
    model.upsert({9, {}});
    QCOMPARE(model.rowOf("9"), 5);

    Source more{.count = 300};
    Model partly(columns(), more.rows());
    partly.restart();
    partly.upsert({1'000, {}}); // beyond what is loaded: it comes with its page
    QCOMPARE(partly.rowOf("1000"), -1);
}

void tst_DataTable::oldAnswersAreDropped()
{
    Source source{.count = 10, .held = true};
    Model model(columns(), source.rows());
    model.restart();
    source.order = {7, 8};
    model.restart();
    QCOMPARE(source.waiting.size(), std::size_t(2));
    source.waiting[1]();
    source.waiting[0]();
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.rowOf("7"), 0);
    QVERIFY(!model.isLoading());
}

void tst_DataTable::refreshLeadsToTheAnswer()
{
    rc::check("whatever the rows were, a refresh ends at the service's rows", [] {
        const auto lists = *rc::gen::pair(rc::gen::unique<std::vector<int>>(rc::gen::inRange(0, 30)),
                                          rc::gen::unique<std::vector<int>>(rc::gen::inRange(0, 30)));
        Source source;
        source.order = lists.first;
        Model model(columns(), source.rows());
        model.restart();
        source.order = lists.second;
        model.refresh();
        RC_ASSERT(model.rowCount() == static_cast<int>(lists.second.size()));
        for (int i = 0; i < model.rowCount(); ++i) {
            RC_ASSERT(model.row(i).id == lists.second[static_cast<std::size_t>(i)]);
            RC_ASSERT(model.rowOf(model.key(i)) == i);
        }
    });
}

void tst_DataTable::columnsAreRemembered()
{
    QTemporaryDir folder;
    QSettings settings(folder.filePath(QStringLiteral("w.ini")), QSettings::IniFormat);
    Source source{.count = 3};
    Model model(columns(), source.rows());
    {
        DataTable table(QStringLiteral("lines"), model, &settings);
        auto *header = table.view()->horizontalHeader();
        header->setSectionHidden(2, true);
        header->moveSection(1, 0);
        header->resizeSection(0, 133);
    }
    DataTable again(QStringLiteral("lines"), model, &settings);
    const auto *header = again.view()->horizontalHeader();
    QCOMPARE(header->visualIndex(1), 0);
    QVERIFY(header->isSectionHidden(2));
    DataTable other(QStringLiteral("others"), model, &settings);
    QCOMPARE(other.view()->horizontalHeader()->visualIndex(1), 1);
    QCOMPARE(settings.value(QStringLiteral("tables/lines/columns")).toStringList().at(1),
             QStringLiteral("id:133:shown"));
}

void tst_DataTable::headerAsksForSorting()
{
    Source source{.count = 3};
    Model model(columns(), source.rows());
    DataTable table(QStringLiteral("lines"), model, nullptr);
    table.setSorted(QStringLiteral("id"), true);
    QSignalSpy asked(&table, &DataTable::sortRequested);
    auto *header = table.view()->horizontalHeader();
    emit header->sectionClicked(0);
    QCOMPARE(asked.takeFirst(), (QVariantList{QStringLiteral("id"), false}));
    emit header->sectionClicked(1);
    QCOMPARE(asked.takeFirst(), (QVariantList{QStringLiteral("name"), true}));
    emit header->sectionClicked(2); // can't be sorted
    QVERIFY(asked.isEmpty());
    QCOMPARE(header->sortIndicatorSection(), 1);
}

void tst_DataTable::copies()
{
    Source source{.count = 3};
    Model model(columns(), source.rows());
    DataTable table(QStringLiteral("lines"), model, nullptr);
    table.show();
    model.restart();
    table.select(QStringLiteral("1"));
    table.view()->setCurrentIndex(model.index(1, 1));
    table.copyCell();
    QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("line 1"));
    table.copyRows();
    QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("1\tline 1\t2025-11-13T02:13:20.000Z"));
    table.copyJson();
    const QJsonObject object = QJsonDocument::fromJson(QApplication::clipboard()->text().toUtf8()).object();
    QCOMPARE(object.value("name").toString(), QStringLiteral("line 1"));
}

void tst_DataTable::exportsAllPages()
{
    QTemporaryDir folder;
    Source source{.count = 1'234};
    source.names[3] = QStringLiteral("=cmd|'/C calc'!A0");
    Model model(columns(), source.rows());
    model.restart();
    auto *exporting = new CsvExport(model, folder.filePath(QStringLiteral("out.csv")), this);
    QSignalSpy finished(exporting, &CsvExport::finished);
    exporting->start();
    QTRY_COMPARE(finished.count(), 1);
    QCOMPARE(finished.first().at(0).toLongLong(), 1'234);
    QVERIFY(finished.first().at(1).toString().isEmpty());
    QFile file(folder.filePath(QStringLiteral("out.csv")));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QList<QByteArray> lines = file.readAll().split('\n');
    QCOMPARE(lines.size(), 1'236);
    QCOMPARE(lines.at(0), QByteArray("id,name,at\r"));
    QCOMPARE(lines.at(1), QByteArray("0,line 0,2025-11-13T02:13:20.000Z\r"));
    QVERIFY(lines.at(4).startsWith("3,'=cmd"));
    QCOMPARE(model.rowCount(), 100); // the table itself has not moved
}

void tst_DataTable::exportCanBeCancelled()
{
    QTemporaryDir folder;
    Source source{.count = 5'000, .held = true};
    Model model(columns(), source.rows());
    const QString path = folder.filePath(QStringLiteral("out.csv"));
    auto *exporting = new CsvExport(model, path, this);
    QSignalSpy finished(exporting, &CsvExport::finished);
    exporting->start();
    source.waiting.at(0)();
    exporting->cancel();
    source.waiting.at(1)();
    QCOMPARE(finished.count(), 1);
    QCOMPARE(finished.first().at(2).toBool(), true);
    QVERIFY(!QFile::exists(path));
}

void tst_DataTable::saysWhenEmpty()
{
    Source source;
    Model model(columns(), source.rows());
    DataTable table(QStringLiteral("lines"), model, nullptr);
    table.show();
    QVERIFY(table.view()->isVisible()); // nothing is claimed before the answer
    model.restart();
    QVERIFY(!table.view()->isVisible());
    model.upsert({1, QStringLiteral("first")});
    QVERIFY(table.view()->isVisible());
}

void tst_DataTable::ctrlFFindsTheFilter()
{
    Source source{.count = 3};
    Model model(columns(), source.rows());
    DataTable table(QStringLiteral("lines"), model, nullptr);
    table.show();
    model.restart();
    QVERIFY(QTest::qWaitForWindowActive(&table));
    table.view()->setFocus();
    QTest::keyClick(table.view(), Qt::Key_F, Qt::ControlModifier);
    QCOMPARE(table.focusWidget(), table.filterBox());
}

QTEST_MAIN(tst_DataTable)
#include "tst_DataTable.moc"
