// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/providers/ProviderModel.h"
#include "ui/providers/ProviderView.h"
#include "ui/shell/PageWidget.h"

class QComboBox;

namespace tower {

class DataTable;
class DetailPanel;

/// Who delivers what was paid for: providers by their score, and what each score is made of.
class ProvidersPage : public PageWidget
{
    Q_OBJECT

public:
    explicit ProvidersPage(const PageContext &context, QWidget *parent = nullptr);

    /// A hex key shows that provider.
    void open(const QString &key) override;
    /// Writes the signed snapshot into this file, in place of what is there.
    void exportTo(const QString &path);
    [[nodiscard]] DataTable *table() const { return m_table; }
    [[nodiscard]] ProviderModel *model() const { return m_model; }
    [[nodiscard]] DetailPanel *panel() const { return m_panel; }
    [[nodiscard]] QComboBox *window() const { return m_window; }
    /// What the panel shows, when it is a provider.
    [[nodiscard]] ProviderView *view() const;

private:
    void buildTable();
    void filter(const QString &text);
    void restart();
    void readRules();
    void showDetail(const QString &npub);
    void present(const ProviderDetail &detail);
    void chooseExport();
    void save(const QString &path, const QByteArray &snapshot);
    void follow(const std::vector<Change> &changes);
    void refresh();

    std::shared_ptr<ProviderFilter> m_filter;
    ProviderModel *m_model;
    DataTable *m_table;
    DetailPanel *m_panel;
    QComboBox *m_window;
    ScoreHeuristics m_heuristics;
    QString m_detailNpub;
    bool m_isOutdated = false; ///< something changed while the scores were read
};

} // namespace tower
