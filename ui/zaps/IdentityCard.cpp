// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/zaps/IdentityCard.h"

#include "ui/widgets/Icons.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/QrCode.h"
#include "ui/widgets/Theme.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QToolButton>
#include <QVBoxLayout>

namespace tower {

IdentityCard::IdentityCard(const PageContext &context, QWidget *parent)
    : QWidget(parent)
    , m_core(context.core)
    , m_npub(new NpubLabel(this))
    , m_zaps(captionLabel({}, this))
    , m_show(new QToolButton(this))
    , m_popup(new QFrame(this, Qt::Popup))
    , m_code(new QrCode(m_popup))
{
    setAccessibleName(tr("Timmy's identity"));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(measure::grid);
    layout->addWidget(captionLabel(tr("Timmy"), this));
    layout->addWidget(m_npub);
    layout->addWidget(m_zaps);
    layout->addWidget(m_show);
    m_show->setText(tr("QR code"));
    m_show->setToolTip(tr("Show Timmy's npub as a QR code"));
    m_show->setAccessibleName(m_show->toolTip());
    m_show->setAutoRaise(true);
    connect(m_show, &QToolButton::clicked, this, &IdentityCard::showCode);
    m_popup->setFrameShape(QFrame::StyledPanel);
    m_popup->setAccessibleName(tr("Timmy's npub as a QR code"));
    (new QVBoxLayout(m_popup))->addWidget(m_code);
    reload();
}

void IdentityCard::reload()
{
    m_core.run(
        this, [](Services &s) { return std::pair(s.timmy, s.zaps.totals().paid); },
        [this](const std::pair<PubKey, std::int64_t> &answer) {
            m_npub->setKey(answer.first);
            m_code->setText(m_npub->npub(), tr("Timmy's npub"));
            m_zaps->setText(tr("%n zap(s) paid", nullptr, static_cast<int>(answer.second)));
        },
        [this](const ServiceError &error) { emit failed(error); });
}

QString IdentityCard::zaps() const
{
    return m_zaps->text();
}

void IdentityCard::showCode()
{
    m_popup->adjustSize();
    m_popup->move(m_show->mapToGlobal(QPoint(m_show->width() - m_popup->width(), m_show->height())));
    m_popup->show();
    m_code->setFocus(Qt::PopupFocusReason);
}

} // namespace tower
