// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/overview/OverviewFacts.h"
#include "ui/shell/PageWidget.h"

class QGridLayout;
class QTimer;
class QVBoxLayout;

namespace tower {

class Card;
class InlineMessage;
class NodeFactsWatch;
class SatsWatch;
class Tile;
class TierBar;

/// How things stand, and what wants a hand: tiles that lead to their page, alerts that can be acted on.
class OverviewPage : public PageWidget
{
    Q_OBJECT

public:
    explicit OverviewPage(const PageContext &context, QWidget *parent = nullptr);

    void showFacts(const OverviewFacts &facts);
    [[nodiscard]] std::vector<InlineMessage *> alerts() const;
    [[nodiscard]] const QList<Tile *> &tiles() const { return m_tiles; }
    [[nodiscard]] TierBar *tierBar() const { return m_bar; }

protected:
    void showEvent(QShowEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    Tile *addTile(const QString &caption, const QString &pageId, const QString &key);
    void arrange();
    void reload();
    void showTiles(const OverviewFacts &facts);
    void showSats();
    void showNodes();
    void showAlerts();
    void take(const Alert &alert);
    void serve();

    SatsWatch *m_sats;
    NodeFactsWatch *m_nodeFacts;
    OverviewFacts m_facts;
    bool m_known = false; ///< m_facts have been read
    LoadMeter m_load;
    std::vector<double> m_decisions; ///< per minute, of the last readings
    bool m_asking = false;
    int m_columns = 0;
    QTimer *m_timer;
    QGridLayout *m_grid;
    QList<Tile *> m_tiles;
    Tile *m_pool;
    Tile *m_earned;
    Tile *m_work;
    Tile *m_nodes;
    Tile *m_waiting;
    Tile *m_flagged;
    Tile *m_approved;
    Tile *m_accounts;
    Tile *m_policy;
    Tile *m_api;
    TierBar *m_bar;
    Card *m_alertCard;
    QWidget *m_well; ///< said when nothing wants a hand
    std::vector<InlineMessage *> m_alerts;
};

} // namespace tower
