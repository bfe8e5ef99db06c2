// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/books/OutgoingView.h"

#include "ui/shell/ChangedRows.h"
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/MoneyLooks.h"
#include "ui/widgets/Notices.h"

#include <QAction>
#include <QComboBox>
#include <QLineEdit>
#include <QVBoxLayout>

namespace tower {

namespace {

constexpr OutgoingState states[] = {OutgoingState::Unknown, OutgoingState::Intent, OutgoingState::Paying,
                                    OutgoingState::Paid, OutgoingState::Failed};

std::vector<Column<OutgoingPayment>> columns()
{
    return {
        {.info = {"state", OutgoingView::tr("State"), CellKind::Pill, {}, 108},
         .pill = [](const OutgoingPayment &p) { return lookOf(p.state); },
         .raw = [](const OutgoingPayment &p) { return toText(p.state); }},
        {.info = {"purpose", OutgoingView::tr("For"), CellKind::Text, {}, 92},
         .text = [](const OutgoingPayment &p) { return wordOf(p.purpose); },
         .raw = [](const OutgoingPayment &p) { return toText(p.purpose); }},
        {.info = {"sats", OutgoingView::tr("Sats"), CellKind::Number, {}, 80},
         .text = [](const OutgoingPayment &p) { return words::grouped(p.amount.value()); },
         .raw = [](const OutgoingPayment &p) { return QString::number(p.amount.value()); }},
        {.info = {"fee_msat", OutgoingView::tr("Fee msat"), CellKind::Number, {}, 80, false},
         .text = [](const OutgoingPayment &p) { return words::grouped(p.fee.value()); },
         .raw = [](const OutgoingPayment &p) { return QString::number(p.fee.value()); }},
        {.info = {"from", OutgoingView::tr("From"), CellKind::Text, {}, 170},
         .text = [](const OutgoingPayment &p) { return wordOfAccount(p.from.name()); },
         .tooltip = [](const OutgoingPayment &p) { return p.from.name(); },
         .raw = [](const OutgoingPayment &p) { return p.from.name(); }},
        {.info = {"payment_hash", OutgoingView::tr("Payment hash"), CellKind::Key, {}, 150},
         .text = [](const OutgoingPayment &p) { return p.paymentHash.text(); }},
        {.info = {"reason", OutgoingView::tr("What is known"), CellKind::Text, {}, 200},
         .text = [](const OutgoingPayment &p) { return p.reason; }},
        {.info = {"created_at", OutgoingView::tr("Begun"), CellKind::Time, {}, 76},
         .time = [](const OutgoingPayment &p) { return std::optional(p.createdAt); }},
        {.info = {"settled_at", OutgoingView::tr("Ended"), CellKind::Time, {}, 76},
         .time = [](const OutgoingPayment &p) { return p.settledAt; }},
        {.info = {"id", OutgoingView::tr("Payment"), CellKind::Key, {}, 140, false},
         .text = [](const OutgoingPayment &p) { return p.id; }},
    };
}

} // namespace

OutgoingView::OutgoingView(const PageContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_filter(std::make_shared<OutgoingFilter>())
    , m_state(new QComboBox(this))
    , m_ask(new QAction(icon(QStringLiteral("refresh")), tr("Ask the wallet"), this))
    , m_paid(new QAction(icon(QStringLiteral("check")), tr("Mark as paid…"), this))
    , m_failed(new QAction(icon(QStringLiteral("close")), tr("Mark as failed…"), this))
    , m_reason(new QLineEdit(this))
    , m_confirm(new ConfirmBar(this))
{
    RowSource<OutgoingPayment> source{
        .key = [](const OutgoingPayment &p) { return p.id; },
        .fetch =
            [this](const QString &cursor, int limit, auto done, auto failed) {
                m_context.core.run(
                    this,
                    [filter = *m_filter, page = PageRequest{limit, cursor}](Services &s) {
                        return s.outgoing.list(filter, page);
                    },
                    std::move(done), std::move(failed));
            },
        .before =
            [](const OutgoingPayment &a, const OutgoingPayment &b) {
                return std::tie(a.createdAt, a.id) > std::tie(b.createdAt, b.id);
            },
    };
    m_model = new KeyedModel<OutgoingPayment>(columns(), std::move(source), this);
    m_table = new DataTable(QStringLiteral("outgoing"), *m_model, &context.settings, this);
    buildTable();
    m_reason->setPlaceholderText(
        tr("How you know how it ended: the node's records, the payee's word… Kept in the activity log"));
    m_reason->setAccessibleName(tr("How you know how the payment ended"));
    m_reason->hide();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, measure::grid, 0, 0);
    layout->addWidget(m_confirm);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_reason);
    connect(m_reason, &QLineEdit::textChanged, this, &OutgoingView::showActions);
    m_model->restart();
}

void OutgoingView::buildTable()
{
    m_table->hideFilterBox();
    m_table->setEmpty(QStringLiteral("zap"),
                      tr("Refunds, withdrawals and zaps will appear here, with what became of each."),
                      tr("No payment is in this state."));
    m_state->setAccessibleName(tr("Which state"));
    m_state->addItem(tr("All states"), QString());
    for (const OutgoingState state : states)
        m_state->addItem(lookOf(state).word, toText(state));
    m_table->addFilter(m_state);
    connect(m_state, &QComboBox::currentIndexChanged, this, [this] {
        const QString chosen = m_state->currentData().toString();
        m_filter->state.reset();
        for (const OutgoingState state : states) {
            if (toText(state) == chosen)
                m_filter->state = state;
        }
        m_table->setFiltered(m_filter->state.has_value());
        m_model->restart();
    });
    for (QAction *action : {m_ask, m_paid, m_failed})
        m_table->addTableAction(action);
    connect(m_ask, &QAction::triggered, this, &OutgoingView::askWallet);
    connect(m_paid, &QAction::triggered, this, [this] { askToSettle(true); });
    connect(m_failed, &QAction::triggered, this, [this] { askToSettle(false); });
    connect(m_table, &DataTable::selectionChanged, this, &OutgoingView::showActions);
    connect(m_model, &QAbstractItemModel::dataChanged, this, &OutgoingView::showActions);
    showActions();
}

const OutgoingPayment *OutgoingView::chosen() const
{
    const QStringList keys = m_table->selectedKeys();
    return keys.size() == 1 ? m_model->find(keys.first()) : nullptr;
}

void OutgoingView::showActions()
{
    const OutgoingPayment *payment = chosen();
    const bool unknown = payment && payment->state == OutgoingState::Unknown;
    const bool open = unknown || (payment && payment->state == OutgoingState::Paying) ||
                      (payment && payment->state == OutgoingState::Intent);
    const bool explained = !m_reason->text().trimmed().isEmpty();
    m_ask->setEnabled(open);
    m_paid->setEnabled(unknown && explained);
    m_failed->setEnabled(unknown && explained);
    m_reason->setVisible(unknown);
}

void OutgoingView::open(const QString &key)
{
    if (const int state = m_state->findData(key); !key.isEmpty() && state >= 0) {
        m_state->setCurrentIndex(state);
        return;
    }
    const auto hash = PaymentHash::fromHex(key);
    if (!hash)
        return;
    m_context.core.run(
        this, [hash = *hash](Services &s) { return s.outgoing.findByHash(hash); },
        [this](const std::optional<OutgoingPayment> &payment) {
            if (!payment)
                return;
            m_model->upsert(*payment);
            m_table->select(payment->id);
        });
}

void OutgoingView::askWallet()
{
    const OutgoingPayment *payment = chosen();
    if (!payment)
        return;
    emit started();
    m_context.core.runTask(
        this, [id = payment->id](Services &s) { return s.outgoing.resolve(id); },
        [this](const OutgoingPayment &now) {
            emit ended();
            resolved(now);
        },
        [this](const ServiceError &error) {
            emit ended();
            emit said(Tone::Bad, error.message());
        });
}

void OutgoingView::resolved(const OutgoingPayment &payment)
{
    m_model->upsert(payment);
    const QString amount = words::amount(payment.amount);
    switch (payment.state) {
    case OutgoingState::Paid:
        emit said(Tone::Good, tr("The wallet says that the %1 were paid.").arg(amount));
        break;
    case OutgoingState::Failed:
        emit said(
            Tone::Info,
            tr("The wallet says that nothing was paid; the %1 are back where they came from.").arg(amount));
        break;
    default:
        emit said(Tone::Warn, tr("The wallet can't say yet how the payment of %1 ended. It is asked again by "
                                 "itself; never pay it a second time under another invoice.")
                                  .arg(amount));
    }
}

void OutgoingView::askToSettle(bool isPaid)
{
    const OutgoingPayment *payment = chosen();
    const QString reason = m_reason->text().trimmed();
    if (!payment || reason.isEmpty())
        return;
    const QString amount = words::amount(payment->amount);
    const QString question =
        isPaid
            ? tr("Mark 1 payment of %1 as paid? The books then say that the sats have left the wallet.")
                  .arg(amount)
            : tr("Mark 1 payment of %1 as failed? The sats are owed again, and could then be paid twice if "
                 "the wallet did pay.")
                  .arg(amount);
    m_confirm->ask(question, isPaid ? tr("Mark as paid") : tr("Mark as failed"),
                   [this, id = payment->id, isPaid, reason] { settle(id, isPaid, reason); });
}

void OutgoingView::settle(const QString &id, bool isPaid, const QString &reason)
{
    emit started();
    m_context.core.run(
        this,
        [id, isPaid, reason, actor = m_context.actor](Services &s) {
            return s.control.settlePayment(id, isPaid, reason, actor);
        },
        [this, isPaid](const OutgoingPayment &payment) {
            emit ended();
            m_reason->clear();
            m_model->upsert(payment);
            m_context.undo.tell(isPaid ? tr("Marked 1 payment as paid") : tr("Marked 1 payment as failed"));
        },
        [this](const ServiceError &error) {
            emit ended();
            emit said(Tone::Bad, error.message());
        });
}

void OutgoingView::follow(const std::vector<Change> &changes)
{
    std::vector<QString> ids;
    for (const Change &change : changes) {
        if (change.kind == QLatin1String("outgoing"))
            ids.push_back(change.id);
    }
    if (ids.empty())
        return;
    readChangedRows(
        m_context.core, m_model, ids, [](Services &s, const QString &id) { return s.outgoing.find(id); },
        [this](const OutgoingPayment &payment) {
            return !m_filter->state || *m_filter->state == payment.state;
        });
}

} // namespace tower
