// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QLineEdit>

#include <vector>

class QListWidget;

namespace tower {

class Core;
struct PageSpec;

/// One place that the jump box can go to.
struct JumpTarget
{
    QString label;
    QString icon;
    QString pageId;
    QString key; ///< handed to the page's open(); empty: the page alone
};

/// Where `text` may lead: pages by name; a key (npub, nprofile, hex), an event id, a payment hash, or the id
/// of a job, session or node to the pages that open such ids.
std::vector<JumpTarget> jumpTargets(const QString &text, const std::vector<PageSpec> &pages);

/// Ctrl+K: a field with what it finds below; an id is looked up, and leads to the one page that has it. Lies
/// over the window, closes on Esc or when the focus leaves.
class JumpBox : public QFrame
{
    Q_OBJECT

public:
    JumpBox(Core &core, const std::vector<PageSpec> &pages, QWidget *parent);

    void ask();

signals:
    void chosen(const QString &pageId, const QString &key);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void suggest(const QString &text);
    void lookUp(const QString &id);
    void found(const QString &id, const QString &pageId);
    void showTargets();
    void go();

    Core &m_core;
    const std::vector<PageSpec> &m_pages;
    QLineEdit *m_field;
    QListWidget *m_list;
    std::vector<JumpTarget> m_targets;
    QString m_asked;       ///< the id that is being looked up
    bool m_goesOn = false; ///< to be gone to as soon as that is known
};

} // namespace tower
