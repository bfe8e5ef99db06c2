// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QLineEdit>

#include <vector>

class QListWidget;

namespace tower {

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
/// of a job or session to the pages that open it.
std::vector<JumpTarget> jumpTargets(const QString &text, const std::vector<PageSpec> &pages);

/// Ctrl+K: a field with what it finds below. Lies over the window, closes on Esc or when the focus leaves.
class JumpBox : public QFrame
{
    Q_OBJECT

public:
    JumpBox(const std::vector<PageSpec> &pages, QWidget *parent);

    void ask();

signals:
    void chosen(const QString &pageId, const QString &key);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void suggest(const QString &text);
    void go();

    const std::vector<PageSpec> &m_pages;
    QLineEdit *m_field;
    QListWidget *m_list;
    std::vector<JumpTarget> m_targets;
};

} // namespace tower
