// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/RecordsView.h"
#include "ui/work/SessionModel.h"

namespace tower {

class SessionDetail;
struct SessionStory;

/// All sessions, and one of them in full beside. Beside the states there is "open".
class SessionsView : public RecordsView
{
    Q_OBJECT

public:
    explicit SessionsView(const PageContext &context, QWidget *parent = nullptr);

    [[nodiscard]] SessionModel *model() const { return m_model; }
    /// What the panel shows.
    [[nodiscard]] SessionDetail *detail() const;

private:
    void setFilter(const QString &state, const std::optional<PubKey> &key) override;
    void readDetail(const QString &id) override;
    void readRows(const std::vector<QString> &ids) override;
    void present(const SessionStory &story);
    void close(const QString &id, const QString &reason);

    std::shared_ptr<SessionFilter> m_filter;
    SessionModel *m_model;
};

} // namespace tower
