// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/trust/Vouches.h"
#include "ui/widgets/KeyedModel.h"

#include <QWidget>

class QAction;
class QLineEdit;
class QSettings;

namespace tower {

class ConfirmBar;
class DataTable;
class VouchGraphView;

/// One vouch from the side of the identity that is shown.
struct VouchLine
{
    VouchEdge edge;
    bool given = false; ///< by this identity; otherwise for it
};

/// The vouches of one identity: the picture, and the list, from which a vouch can be revoked.
class VouchesView : public QWidget
{
    Q_OBJECT

public:
    explicit VouchesView(QSettings *settings, QWidget *parent = nullptr);

    void show(const Identity &centre, const VouchGraph &graph);
    [[nodiscard]] DataTable *table() const { return m_table; }
    [[nodiscard]] VouchGraphView *picture() const { return m_picture; }
    [[nodiscard]] ConfirmBar *confirmBar() const { return m_confirm; }

public slots:
    void revokeSelected();

signals:
    void revokes(const QString &vouchId, const QString &reason);
    void asksIdentity(const tower::PubKey &key);

private:
    VouchGraphView *m_picture;
    KeyedModel<VouchLine> *m_model;
    DataTable *m_table;
    ConfirmBar *m_confirm;
    QLineEdit *m_reason;
    QAction *m_revoke;
    std::vector<VouchLine> m_lines;
};

} // namespace tower
