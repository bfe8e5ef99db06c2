// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/nodes/NodeModel.h"
#include "ui/shell/RecordsView.h"

namespace tower {

class NodeDetail;
struct NodeStory;

/// All nodes that were ordered, and one of them in full beside.
class NodesView : public RecordsView
{
    Q_OBJECT

public:
    explicit NodesView(const PageContext &context, QWidget *parent = nullptr);

    [[nodiscard]] NodeModel *model() const { return m_model; }
    /// What the panel shows.
    [[nodiscard]] NodeDetail *detail() const;

private:
    void setFilter(const QString &state, const std::optional<PubKey> &key) override;
    void readDetail(const QString &id) override;
    void readRows(const std::vector<QString> &ids) override;
    void present(const NodeStory &story);

    std::shared_ptr<BootstrapFilter> m_filter;
    NodeModel *m_model;
};

} // namespace tower
