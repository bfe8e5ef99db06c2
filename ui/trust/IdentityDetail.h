// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/trust/Vouches.h"
#include "ui/shell/PageWidget.h"
#include "ui/trust/IdentityModel.h"

class QTabWidget;

namespace tower {

class IdentityForm;
class VouchesView;

/// All that the detail shows of one identity.
struct IdentityStory
{
    Identity identity;
    std::optional<RelayAccount> account;
    VouchGraph vouches;
    TrustRules rules;
};

/// Nullopt for a key that is no identity. Core thread.
std::optional<IdentityStory> storyOf(Services &services, const PubKey &key);

/// One identity: its facts and what can be done, the history of its score, its vouches.
class IdentityDetail : public QWidget
{
    Q_OBJECT

public:
    IdentityDetail(const PageContext &context, const IdentityStory &story, QWidget *parent = nullptr);

    /// The same identity as it is now.
    void show(const IdentityStory &story);
    [[nodiscard]] const PubKey &key() const { return m_key; }
    [[nodiscard]] IdentityForm *form() const { return m_form; }
    [[nodiscard]] HistoryModel *history() const { return m_history; }
    [[nodiscard]] VouchesView *vouches() const { return m_vouches; }
    [[nodiscard]] QTabWidget *tabs() const { return m_tabs; }

private:
    PubKey m_key;
    QTabWidget *m_tabs;
    IdentityForm *m_form;
    HistoryModel *m_history;
    VouchesView *m_vouches;
};

} // namespace tower
