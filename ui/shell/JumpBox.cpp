// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/JumpBox.h"

#include "core/nostr/Nip19.h"
#include "ui/shell/PageWidget.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Words.h"

#include <QKeyEvent>
#include <QListWidget>
#include <QPainter>
#include <QUuid>
#include <QVBoxLayout>

namespace tower {

namespace {

std::optional<PubKey> keyIn(const QString &text)
{
    try {
        return parsePubKey(text);
    } catch (const ServiceError &) {
        return std::nullopt;
    }
}

std::optional<EventId> eventIn(const QString &text)
{
    try {
        return parseEventId(text);
    } catch (const ServiceError &) {
        return std::nullopt;
    }
}

/// The ids of jobs, sessions and nodes.
bool isUuid(const QString &text)
{
    return !QUuid::fromString(text).isNull();
}

/// The page of the record with this id; "" when there is none.
QString pageOf(Services &services, const QString &id)
{
    if (services.bootstrap.find(id))
        return QStringLiteral("nodes");
    if (services.jobs.find(id) || services.sessions.find(id))
        return QStringLiteral("work");
    return {};
}

} // namespace

std::vector<JumpTarget> jumpTargets(const QString &text, const std::vector<PageSpec> &pages)
{
    std::vector<JumpTarget> targets;
    const QString wanted = text.trimmed();
    const auto key = keyIn(wanted);
    const auto event = eventIn(wanted);
    const auto payment = PaymentHash::fromHex(wanted);
    const bool id = isUuid(wanted);
    for (const PageSpec &page : pages) {
        if (key && page.opensKeys)
            targets.push_back({JumpBox::tr("%1: %2").arg(
                                   page.name, words::shortened(QString::fromLatin1(toNpub(*key)), 12, 8)),
                               page.icon, page.id, key->text()});
        if (event && page.opensEvents)
            targets.push_back({JumpBox::tr("%1: event %2").arg(page.name, words::shortened(event->text())),
                               page.icon, page.id, event->text()});
        if (payment && page.opensPayments)
            targets.push_back(
                {JumpBox::tr("%1: payment %2").arg(page.name, words::shortened(payment->text())), page.icon,
                 page.id, payment->text()});
        if (id && page.opensIds)
            targets.push_back(
                {JumpBox::tr("%1: %2").arg(page.name, words::shortened(wanted)), page.icon, page.id, wanted});
        if (!key && !event && page.name.contains(wanted, Qt::CaseInsensitive))
            targets.push_back({page.name, page.icon, page.id, {}});
    }
    return targets;
}

JumpBox::JumpBox(Core &core, const std::vector<PageSpec> &pages, QWidget *parent)
    : QFrame(parent)
    , m_core(core)
    , m_pages(pages)
    , m_field(new QLineEdit(this))
    , m_list(new QListWidget(this))
{
    setAccessibleName(tr("Jump to"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(measure::grid, measure::grid, measure::grid, measure::grid);
    m_field->setPlaceholderText(tr("Jump to a page, an npub, a key, an event, a job, a node, a payment"));
    m_field->setAccessibleName(m_field->placeholderText());
    m_field->addAction(icon(QStringLiteral("search"), Tone::Neutral), QLineEdit::LeadingPosition);
    m_field->installEventFilter(this);
    layout->addWidget(m_field);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setAccessibleName(tr("Places found"));
    layout->addWidget(m_list);
    connect(m_field, &QLineEdit::textChanged, this, &JumpBox::suggest);
    connect(m_field, &QLineEdit::returnPressed, this, &JumpBox::go);
    connect(m_list, &QListWidget::itemClicked, this, &JumpBox::go);
    hide();
}

void JumpBox::ask()
{
    const int width = std::min(560, parentWidget()->width() - 48);
    setGeometry((parentWidget()->width() - width) / 2, 64, width, 320);
    m_field->clear();
    suggest({});
    show();
    raise();
    m_field->setFocus(Qt::ShortcutFocusReason);
}

void JumpBox::suggest(const QString &text)
{
    m_targets = jumpTargets(text, m_pages);
    m_asked.clear();
    m_goesOn = false;
    if (isUuid(text.trimmed()))
        lookUp(text.trimmed());
    showTargets();
}

void JumpBox::lookUp(const QString &id)
{
    m_asked = id;
    m_core.run(
        this, [id](Services &s) { return pageOf(s, id); },
        [this, id](const QString &pageId) { found(id, pageId); },
        [this, id](const ServiceError &) { found(id, {}); });
}

void JumpBox::found(const QString &id, const QString &pageId)
{
    if (m_asked != id)
        return;
    m_asked.clear();
    if (!pageId.isEmpty()) {
        std::erase_if(m_targets, [&](const JumpTarget &target) { return target.pageId != pageId; });
        showTargets();
    }
    if (m_goesOn)
        go();
}

void JumpBox::showTargets()
{
    m_list->clear();
    for (const JumpTarget &target : m_targets)
        m_list->addItem(new QListWidgetItem(icon(target.icon), target.label));
    if (m_targets.empty()) {
        auto *nothing = new QListWidgetItem(tr("Nothing found"));
        nothing->setFlags(Qt::NoItemFlags);
        m_list->addItem(nothing);
    } else {
        m_list->setCurrentRow(0);
    }
}

void JumpBox::go()
{
    if (!m_asked.isEmpty()) {
        m_goesOn = true;
        return;
    }
    const int row = m_list->currentRow();
    if (row < 0 || row >= static_cast<int>(m_targets.size()))
        return;
    const JumpTarget target = m_targets[static_cast<std::size_t>(row)];
    hide();
    emit chosen(target.pageId, target.key);
}

bool JumpBox::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::KeyPress) {
        const int pressed = static_cast<QKeyEvent *>(event)->key();
        if (pressed == Qt::Key_Escape) {
            hide();
            return true;
        }
        if (pressed == Qt::Key_Down || pressed == Qt::Key_Up) {
            const int step = pressed == Qt::Key_Down ? 1 : -1;
            m_list->setCurrentRow(std::clamp(m_list->currentRow() + step, 0, m_list->count() - 1));
            return true;
        }
    }
    if (event->type() == QEvent::FocusOut && !m_list->underMouse())
        hide();
    return QFrame::eventFilter(watched, event);
}

void JumpBox::paintEvent(QPaintEvent *)
{
    const Theme &theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(theme.accent);
    painter.setBrush(theme.raised);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), measure::cardRadius,
                            measure::cardRadius);
}

} // namespace tower
