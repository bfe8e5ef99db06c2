// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/PageWidget.h"

#include "ui/widgets/Notices.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace tower {

PageWidget::PageWidget(const QString &title, const PageContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_head(new QHBoxLayout)
    , m_busy(new Busy(this))
    , m_message(new InlineMessage(this))
    , m_content(new QVBoxLayout)
{
    setAccessibleName(title);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(measure::page, measure::between, measure::page, measure::between);
    layout->setSpacing(measure::grid);
    auto *heading = new QLabel(title, this);
    heading->setFont(fonts::pageTitle());
    m_head->addWidget(heading);
    m_head->addStretch();
    layout->addLayout(m_head);
    layout->addWidget(m_busy);
    layout->addWidget(m_message);
    m_content->setSpacing(measure::between);
    layout->addLayout(m_content, 1);
}

void PageWidget::open(const QString &) {}

void PageWidget::addHeaderWidget(QWidget *widget)
{
    m_head->addWidget(widget);
}

void PageWidget::startWork()
{
    if (++m_working == 1)
        m_busy->setBusy(true);
}

void PageWidget::endWork()
{
    if (--m_working == 0)
        m_busy->setBusy(false);
}

void PageWidget::goTo(const QString &pageId, const QString &key) const
{
    if (m_context.goTo)
        m_context.goTo(pageId, key);
}

void PageWidget::sayError(const ServiceError &error)
{
    m_message->say(Tone::Bad, error.message());
}

} // namespace tower
