// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/providers/ProviderView.h"

#include "core/nostr/Nip19.h"
#include "ui/providers/ProviderModel.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Facts.h"
#include "ui/widgets/Labels.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

namespace tower {

namespace {

std::vector<Column<DroppedReceipt>> columns()
{
    return {
        {.info = {"lease_id", ProviderView::tr("Lease"), CellKind::Key, {}, 120},
         .text = [](const DroppedReceipt &r) { return r.leaseId; }},
        {.info = {"consumer", ProviderView::tr("Consumer"), CellKind::Key, {}, 130},
         .text = [](const DroppedReceipt &r) { return QString::fromUtf8(r.consumerNpub); }},
        {.info = {"at", ProviderView::tr("When"), CellKind::Time, {}, 72},
         .time = [](const DroppedReceipt &r) { return std::optional(r.countsAt); }},
        {.info = {"reason", ProviderView::tr("Reason"), CellKind::Text, {}, 130},
         .text = [](const DroppedReceipt &r) { return wordOf(r.reason); },
         .raw = [](const DroppedReceipt &r) { return toText(r.reason); }},
    };
}

QString percentOf(std::int64_t millionths)
{
    return QLocale().toString(static_cast<double>(millionths) / 10'000, 'g', 4);
}

} // namespace

ProviderView::ProviderView(QSettings *settings, const ProviderStory &story, QWidget *parent)
    : QWidget(parent)
    , m_name(new NpubLabel(this))
    , m_timmy(new Pill(timmyLook(), this))
    , m_facts(new Facts({}, this))
    , m_explanation(captionLabel({}, this))
    , m_reasons(new Facts(tr("Receipts that do not count"), this))
{
    m_model = new KeyedModel<DroppedReceipt>(columns(),
                                             {.key = [](const DroppedReceipt &r) { return r.leaseId; },
                                              .fetch =
                                                  [this](const QString &, int, auto done, auto) {
                                                      Page<DroppedReceipt> page;
                                                      page.items = m_dropped;
                                                      page.total =
                                                          static_cast<std::int64_t>(m_dropped.size());
                                                      done(std::move(page));
                                                  }},
                                             this);
    m_table = new DataTable(QStringLiteral("dropped-receipts"), *m_model, settings, this);
    m_table->hideFilterBox();
    m_table->setEmpty(QStringLiteral("check"), tr("Every receipt of this provider counts."), {});
    m_explanation->setWordWrap(true);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, measure::grid, 0);
    layout->setSpacing(12);
    auto *head = new QHBoxLayout;
    head->addWidget(m_name);
    head->addWidget(m_timmy);
    head->addStretch();
    layout->addLayout(head);
    layout->addWidget(m_facts);
    layout->addWidget(m_explanation);
    layout->addWidget(m_reasons);
    layout->addWidget(m_table, 1);
    show(story);
}

QString ProviderView::explanation() const
{
    return m_explanation->text();
}

void ProviderView::show(const ProviderStory &story)
{
    const ProviderScore &score = story.detail.score;
    m_npub = score.npub;
    if (const std::optional<PubKey> key = fromNpub(score.npub))
        m_name->setKey(*key);
    m_timmy->setVisible(story.isTimmy);
    m_facts->clear();
    m_facts->add(tr("Score"), scoreText(score), QLocale().toString(score.score, 'g', 17));
    m_facts->add(tr("Receipts"),
                 tr("%1 counted, %2 dropped")
                     .arg(words::grouped(score.counted), words::grouped(score.droppedInAll())));
    m_facts->add(tr("Consumers"), words::grouped(score.consumers));
    m_facts->add(tr("Success"), successText(score));
    m_facts->add(tr("Delivered"), tr("%1 hours").arg(hoursText(score)));
    m_explanation->setText(
        tr("Each receipt adds its success, from 0 to 1, once its consumer has been known here for %n day(s). "
           "Where more than %1 % of one consumer's receipts are with this provider, they weigh so much less "
           "that together they add at most %1 % of all receipts of that consumer.",
           nullptr, static_cast<int>(story.heuristics.minimumAge.value() / days(1).value()))
            .arg(percentOf(story.heuristics.maximumShare)));
    showReasons(story.detail);
}

void ProviderView::showReasons(const ProviderDetail &detail)
{
    m_reasons->clear();
    for (std::size_t i = 0; i < receiptDrops; ++i) {
        if (detail.score.dropped[i] > 0)
            m_reasons->add(words::grouped(detail.score.dropped[i]), wordOf(static_cast<ReceiptDrop>(i)));
    }
    m_dropped = detail.dropped;
    const bool isWhole = detail.score.droppedInAll() <= static_cast<std::int64_t>(m_dropped.size());
    if (!isWhole)
        m_reasons->add(tr("Below"),
                       tr("the newest %1 of them").arg(words::grouped(Providers::maximumDropped)));
    m_model->refresh();
}

} // namespace tower
