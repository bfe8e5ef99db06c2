// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/RecordsView.h"
#include "ui/zaps/ZapModel.h"

namespace tower {

class ConfirmBar;
class ZapDetail;
struct ZapStory;

/// The zap log, and one zap in full beside.
class ZapsView : public RecordsView
{
    Q_OBJECT

public:
    explicit ZapsView(const PageContext &context, QWidget *parent = nullptr);

    [[nodiscard]] ZapModel *model() const { return m_model; }
    [[nodiscard]] ConfirmBar *confirmBar() const { return m_confirm; }
    /// What the panel shows.
    [[nodiscard]] ZapDetail *detail() const;

signals:
    void asksToSend();

private:
    void setFilter(const QString &state, const std::optional<PubKey> &key) override;
    void readDetail(const QString &id) override;
    void readRows(const std::vector<QString> &ids) override;
    void present(const ZapStory &story);

    std::shared_ptr<ZapFilter> m_filter;
    ZapModel *m_model;
    ConfirmBar *m_confirm;
};

} // namespace tower
