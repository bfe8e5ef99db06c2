// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/activity/ActivityDetail.h"

#include "ui/widgets/Labels.h"
#include "ui/widgets/Theme.h"
#include "ui/widgets/Words.h"

#include <QFormLayout>
#include <QGridLayout>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonValue>
#include <QVBoxLayout>

namespace tower {

namespace {

QString valueText(const QJsonValue &value)
{
    switch (value.type()) {
    case QJsonValue::Undefined:
    case QJsonValue::Null:
        return QStringLiteral("–");
    case QJsonValue::String:
        return value.toString();
    case QJsonValue::Bool:
        return value.toBool() ? ActivityDetail::tr("yes") : ActivityDetail::tr("no");
    case QJsonValue::Double:
        return QString::number(value.toInteger());
    case QJsonValue::Array:
        return QString::fromUtf8(QJsonDocument(value.toArray()).toJson(QJsonDocument::Compact));
    case QJsonValue::Object:
        return QString::fromUtf8(QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact));
    }
    return {};
}

QLabel *valueLabel(const QString &text, QWidget *parent)
{
    auto *label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

} // namespace

ActivityDetail::ActivityDetail(const ActivityRow &row, QWidget *parent)
    : QWidget(parent)
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, measure::grid, 0);
    auto *form = new QFormLayout;
    form->setVerticalSpacing(measure::grid);
    const auto field = [this, form](const QString &caption, const QString &text, const QString &shown = {}) {
        if (text.isEmpty())
            return;
        auto *value = valueLabel(shown.isEmpty() ? text : shown, this);
        value->setToolTip(text);
        form->addRow(captionLabel(caption, this), value);
    };
    field(tr("When"), words::absolute(row.at));
    field(tr("Who"), row.entry.actor, words::shortened(row.entry.actor, 18, 8));
    field(tr("What"), row.entry.action);
    field(tr("Of"), row.entry.subject, words::shortened(row.entry.subject, 16, 8));
    field(tr("Reason"), row.entry.reason);
    layout->addLayout(form);

    QStringList names = row.entry.before.keys() + row.entry.after.keys();
    names.removeDuplicates();
    if (!names.isEmpty()) {
        layout->addSpacing(measure::grid);
        auto *grid = new QGridLayout;
        grid->setHorizontalSpacing(measure::between);
        grid->addWidget(captionLabel(tr("Before"), this), 0, 1);
        grid->addWidget(captionLabel(tr("After"), this), 0, 2);
        grid->setColumnStretch(1, 1);
        grid->setColumnStretch(2, 1);
        int line = 1;
        for (const QString &name : names) {
            const QJsonValue before = row.entry.before.value(name);
            const QJsonValue after = row.entry.after.value(name);
            grid->addWidget(captionLabel(name, this), line, 0, Qt::AlignTop);
            grid->addWidget(valueLabel(valueText(before), this), line, 1);
            auto *now = valueLabel(valueText(after), this);
            if (before != after)
                now->setFont(fonts::strong());
            grid->addWidget(now, line++, 2);
        }
        layout->addLayout(grid);
    }
    layout->addSpacing(measure::grid);
    auto *chain = new QFormLayout;
    const auto hash = [this, chain](const QString &caption, const QByteArray &bytes) {
        const QString whole = QString::fromLatin1(bytes);
        auto *value = valueLabel(words::shortened(whole), this);
        value->setFont(fonts::fixed());
        value->setToolTip(whole);
        chain->addRow(captionLabel(caption, this), value);
    };
    hash(tr("Hash"), row.hash);
    hash(tr("Follows"), row.previousHash);
    layout->addLayout(chain);
    layout->addStretch();
}

} // namespace tower
