// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/InvoiceView.h"

#include "ui/widgets/Icons.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/QrCode.h"
#include "ui/widgets/Words.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

namespace tower {

InvoiceView::InvoiceView(QWidget *parent)
    : QWidget(parent)
    , m_code(new QrCode(this))
    , m_what(captionLabel({}, this))
    , m_amount(new SatsLabel(this))
    , m_until(captionLabel({}, this))
    , m_text(new QLabel(this))
    , m_copy(new QPushButton(icon(QStringLiteral("copy")), tr("Copy the invoice"), this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(measure::inside);
    auto *line = new QHBoxLayout;
    m_amount->setFont(fonts::strong());
    line->addWidget(m_what);
    line->addStretch();
    line->addWidget(m_amount);
    layout->addLayout(line);
    layout->addWidget(m_code, 0, Qt::AlignHCenter);
    m_text->setFont(fonts::fixed());
    m_text->setTextFormat(Qt::PlainText);
    m_text->setAlignment(Qt::AlignHCenter);
    layout->addWidget(m_text);
    auto *below = new QHBoxLayout;
    below->addWidget(m_until, 1);
    below->addWidget(m_copy);
    layout->addLayout(below);
    connect(m_copy, &QPushButton::clicked, m_code, &QrCode::copy);
}

void InvoiceView::show(const Invoice &invoice, const QString &what)
{
    m_what->setText(what);
    m_amount->setAmount(invoice.amount);
    m_code->setInvoice(invoice.paymentRequest, what);
    m_text->setText(words::shortened(invoice.paymentRequest, 16, 10));
    m_text->setToolTip(invoice.paymentRequest);
    m_until->setText(invoice.simulated ? tr("simulated; until %1").arg(words::absolute(invoice.expiresAt))
                                       : tr("until %1").arg(words::absolute(invoice.expiresAt)));
    m_until->setWordWrap(true);
}

} // namespace tower
