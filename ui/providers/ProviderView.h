// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/receipts/Providers.h"
#include "ui/widgets/KeyedModel.h"

#include <QWidget>

class QLabel;
class QSettings;

namespace tower {

class DataTable;
class Facts;
class NpubLabel;
class Pill;

/// What the panel shows of one provider.
struct ProviderStory
{
    ProviderDetail detail;
    ScoreHeuristics heuristics;
    bool isTimmy = false;
};

/// One provider: its score and how that comes about, and which receipts do not count, with the reasons.
class ProviderView : public QWidget
{
    Q_OBJECT

public:
    ProviderView(QSettings *settings, const ProviderStory &story, QWidget *parent = nullptr);

    void show(const ProviderStory &story);
    [[nodiscard]] const QByteArray &npub() const { return m_npub; }
    [[nodiscard]] Facts *facts() const { return m_facts; }
    [[nodiscard]] Facts *reasons() const { return m_reasons; }
    [[nodiscard]] QString explanation() const;
    [[nodiscard]] DataTable *table() const { return m_table; }

private:
    void showReasons(const ProviderDetail &detail);

    QByteArray m_npub;
    NpubLabel *m_name;
    Pill *m_timmy;
    Facts *m_facts;
    QLabel *m_explanation;
    Facts *m_reasons;
    KeyedModel<DroppedReceipt> *m_model;
    DataTable *m_table;
    std::vector<DroppedReceipt> m_dropped;
};

} // namespace tower
