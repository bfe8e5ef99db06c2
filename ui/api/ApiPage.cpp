// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/api/ApiPage.h"

#include "ui/api/AddressCard.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Notices.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QTabWidget>
#include <QTableView>
#include <QTimer>
#include <QVBoxLayout>

namespace tower {

namespace {

constexpr int shownRequests = 500;

QString milliseconds(double ms)
{
    return QLocale().toString(ms, 'f', ms < 10 ? 2 : 0);
}

std::vector<Column<RouteLine>> routeColumns()
{
    return {
        {.info = {"method", ApiPage::tr("Method"), CellKind::Text, {}, 76},
         .text = [](const RouteLine &r) { return r.method; }},
        {.info = {"path", ApiPage::tr("Path"), CellKind::Text, {}, 360},
         .text = [](const RouteLine &r) { return r.path; }},
        {.info = {"scope", ApiPage::tr("For"), CellKind::Text, {}, 130},
         .text = [](const RouteLine &r) { return r.scope; }},
        {.info = {"calls", ApiPage::tr("Calls"), CellKind::Number, {}, 90},
         .text = [](const RouteLine &r) { return words::grouped(r.calls); },
         .raw = [](const RouteLine &r) { return QString::number(r.calls); }},
        {.info = {"errors", ApiPage::tr("Errors"), CellKind::Number, {}, 80},
         .text = [](const RouteLine &r) { return words::grouped(r.errors); },
         .raw = [](const RouteLine &r) { return QString::number(r.errors); }},
        {.info = {"p50_ms", ApiPage::tr("p50 ms"), CellKind::Number, {}, 80},
         .text = [](const RouteLine &r) { return milliseconds(r.p50Ms); },
         .raw = [](const RouteLine &r) { return QString::number(r.p50Ms, 'f', 3); }},
        {.info = {"p99_ms", ApiPage::tr("p99 ms"), CellKind::Number, {}, 80},
         .text = [](const RouteLine &r) { return milliseconds(r.p99Ms); },
         .raw = [](const RouteLine &r) { return QString::number(r.p99Ms, 'f', 3); }},
    };
}

PillLook statusLook(int status)
{
    const QString word = QString::number(status);
    if (status >= 500)
        return {word, PillShape::Triangle, Tone::Bad};
    if (status >= 400)
        return {word, PillShape::Square, Tone::Warn};
    return {word, PillShape::Dot, Tone::Good};
}

std::vector<Column<RequestLine>> requestColumns()
{
    return {
        {.info = {"at", ApiPage::tr("When"), CellKind::Time, {}, 80},
         .time = [](const RequestLine &r) { return std::optional(r.at); }},
        {.info = {"method", ApiPage::tr("Method"), CellKind::Text, {}, 76},
         .text = [](const RequestLine &r) { return r.method; }},
        {.info = {"path", ApiPage::tr("Path"), CellKind::Text, {}, 260},
         .text = [](const RequestLine &r) { return r.path; }},
        {.info = {"status", ApiPage::tr("Status"), CellKind::Pill, {}, 80},
         .pill = [](const RequestLine &r) { return statusLook(r.status); }},
        {.info = {"ms", ApiPage::tr("ms"), CellKind::Number, {}, 70},
         .text = [](const RequestLine &r) { return milliseconds(r.ms); },
         .raw = [](const RequestLine &r) { return QString::number(r.ms, 'f', 3); }},
        {.info = {"problem", ApiPage::tr("Error"), CellKind::Text, {}, 130},
         .text = [](const RequestLine &r) { return r.problem; }},
        {.info = {"from", ApiPage::tr("From"), CellKind::Text, {}, 130},
         .text = [](const RequestLine &r) { return r.from; }},
    };
}

/// Lists that are short and whole: one page is all there is.
template <class Row>
Page<Row> wholePage(std::vector<Row> rows)
{
    Page<Row> page;
    page.total = static_cast<std::int64_t>(rows.size());
    page.items = std::move(rows);
    return page;
}

} // namespace

ApiPage::ApiPage(const PageContext &context, QWidget *parent)
    : PageWidget(tr("API"), context, parent)
    , m_address(new AddressCard(this))
    , m_confirm(new ConfirmBar(this))
    , m_tabs(new QTabWidget(this))
    , m_timer(new QTimer(this))
{
    content()->addWidget(m_address);
    content()->addWidget(m_confirm);
    auto *card = new Card({}, this);
    m_tabs->setDocumentMode(true);
    card->body()->addWidget(m_tabs);
    content()->addWidget(card, 1);
    buildAddress();
    buildTables(&context.settings);
    m_timer->setInterval(1000);
    connect(m_timer, &QTimer::timeout, this, [this] {
        if (isVisible())
            reload();
    });
    m_timer->start();
}

/// An action on the API, then its new state; an address that can't be had leaves what was typed.
template <class Work>
void ApiPage::change(Work work)
{
    startWork();
    core().run(
        this,
        [work](Services &s) {
            work(s.control);
            return s.control.api();
        },
        [this](const ApiState &state) {
            endWork();
            m_address->editDone();
            m_address->show(state);
        },
        [this](const ServiceError &error) {
            endWork();
            m_address->say(error.message());
        });
}

void ApiPage::buildAddress()
{
    connect(m_address, &AddressCard::start, this,
            [this] { change([](TowerControl &c) { c.startServing(); }); });
    connect(m_address, &AddressCard::stop, this,
            [this] { change([](TowerControl &c) { c.stopServing(); }); });
    connect(m_address, &AddressCard::changeAddress, this, [this](const QString &host, int port) {
        change([host, port](TowerControl &c) { c.changeAddress(host, port); });
    });
    connect(m_address, &AddressCard::rotateToken, this, [this] {
        m_confirm->ask(tr("Make a new admin token? Whoever uses the old one is locked out at once."),
                       tr("Rotate the token"), [this] {
                           act([](Services &s) { return s.control.rotateAdminToken(); },
                               [this](const QString &token) { m_address->showToken(token); });
                       });
    });
}

void ApiPage::buildTables(QSettings *settings)
{
    m_routes = new KeyedModel<RouteLine>(
        routeColumns(),
        {.key = [](const RouteLine &r) { return r.method + QLatin1Char(' ') + r.path; },
         .fetch =
             [this](const QString &, int, auto done, auto failed) {
                 core().run(
                     this, [](Services &s) { return wholePage(s.control.routes()); }, std::move(done),
                     std::move(failed));
             }},
        this);
    const auto requestModel = [this](auto list) {
        return new KeyedModel<RequestLine>(
            requestColumns(),
            {.key = [](const RequestLine &r) { return QString::number(r.id); },
             .fetch =
                 [this, list](const QString &, int, auto done, auto failed) {
                     core().run(
                         this, [list](Services &s) { return wholePage((s.control.*list)(shownRequests)); },
                         std::move(done), std::move(failed));
                 }},
            this);
    };
    m_requests = requestModel(&TowerControl::requests);
    m_errors = requestModel(&TowerControl::errors);

    const auto table = [this, settings](const QString &id, TableModel *model, const QString &tab,
                                        const QString &empty) {
        auto *made = new DataTable(id, *model, settings, this);
        made->hideFilterBox();
        made->setEmpty(QStringLiteral("api"), empty, empty);
        m_tabs->addTab(made, tab);
        return made;
    };
    m_routesTable = table(QStringLiteral("api-routes"), m_routes, tr("Routes"), tr("No routes."));
    m_requestsTable = table(QStringLiteral("api-requests"), m_requests, tr("Requests"),
                            tr("Requests will appear here as they come."));
    m_errorsTable = table(QStringLiteral("api-errors"), m_errors, tr("Errors"), tr("No errors lately."));
    auto *curl = new QAction(icon(QStringLiteral("copy")), tr("Copy curl"), this);
    curl->setToolTip(tr("A command line for this route; the token is $ADMIN_TOKEN"));
    m_routesTable->addTableAction(curl);
    connect(curl, &QAction::triggered, this, &ApiPage::copyCurl);
    connect(m_tabs, &QTabWidget::currentChanged, this, &ApiPage::reload);
}

void ApiPage::copyCurl()
{
    const RouteLine *route = m_routes->find(m_routesTable->currentKey());
    if (!route)
        return;
    act([method = route->method, path = route->path](Services &s) { return s.control.curlFor(method, path); },
        [this](const QString &command) {
            QApplication::clipboard()->setText(command);
            context().undo.tell(tr("Copied: %1").arg(command));
        });
}

void ApiPage::open(const QString &key)
{
    if (key == QLatin1String("routes"))
        m_tabs->setCurrentWidget(m_routesTable);
    if (key == QLatin1String("requests"))
        m_tabs->setCurrentWidget(m_requestsTable);
    if (key == QLatin1String("errors"))
        m_tabs->setCurrentWidget(m_errorsTable);
}

void ApiPage::showEvent(QShowEvent *event)
{
    PageWidget::showEvent(event);
    reload();
}

void ApiPage::reload()
{
    core().run(
        this, [](Services &s) { return s.control.api(); },
        [this](const ApiState &state) { m_address->show(state); });
    for (auto *model : {static_cast<TableModel *>(m_routes), static_cast<TableModel *>(m_requests),
                        static_cast<TableModel *>(m_errors)}) {
        const auto *shown = qobject_cast<DataTable *>(m_tabs->currentWidget());
        if (shown && shown->view()->model() == model && !model->isLoading())
            model->refresh();
    }
}

} // namespace tower
