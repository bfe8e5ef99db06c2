// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/ChangedRows.h"
#include "ui/shell/PageWidget.h"
#include "ui/widgets/Card.h"

#include <QStringList>

class QComboBox;

namespace tower {

class DataTable;

/// A tab of records: their table, filtered by state and by whole key, and beside it the whole story of one of
/// them. Both follow what changes. The views made from it say which records these are. GUI thread.
class RecordsView : public QWidget
{
    Q_OBJECT

public:
    /// A state as addState() names it, a hex key, or a record's id.
    void open(const QString &key);
    void showDetail(const QString &id);
    void follow(const std::vector<Change> &changes);
    [[nodiscard]] DataTable *table() const { return m_table; }
    [[nodiscard]] DetailPanel *panel() const { return m_panel; }

signals:
    void started();
    void ended();
    void said(const QString &problem);
    void rowsChanged();

protected:
    struct Kind
    {
        QString change;          ///< the kind of the records' own changes
        QStringList partChanges; ///< the kinds of changes that any shown story may have a part in
        QString tableId;
        QList<int> widths; ///< of table and panel, at first
    };

    RecordsView(const PageContext &context, Kind kind, QWidget *parent);

    /// Second half of construction: `model` is a child of this view.
    void build(TableModel &model);
    void addState(const QString &word, const QString &name);

    [[nodiscard]] const PageContext &context() const { return m_context; }
    /// The column that the table stands in.
    [[nodiscard]] QVBoxLayout *body() const { return m_card->body(); }

    /// Sets what the model asks for. `state` is empty for all states.
    virtual void setFilter(const QString &state, const std::optional<PubKey> &key) = 0;
    /// Calls readStory().
    virtual void readDetail(const QString &id) = 0;
    /// Calls readChangedRows().
    virtual void readRows(const std::vector<QString> &ids) = 0;

    /// `read(services, id)` runs on the core thread and gives an std::optional story, which goes to `present`
    /// unless another record was chosen meanwhile; without a story `missing` is said.
    template <class Read, class Present>
    void readStory(const QString &id, Read read, Present present, const QString &missing)
    {
        emit started();
        m_context.core.run(
            this, [read, id](Services &s) { return read(s, id); },
            [this, id, present, missing](const auto &story) {
                emit ended();
                if (m_detailId != id)
                    return;
                if (story) {
                    present(*story);
                } else {
                    m_detailId.clear();
                    emit said(missing);
                }
            },
            [this](const ServiceError &error) {
                emit ended();
                emit said(error.message());
            });
    }

    /// The detail that shows this record already; nullptr: another one does, or none.
    template <class Detail>
    [[nodiscard]] Detail *shown(const QString &id) const
    {
        auto *detail = qobject_cast<Detail *>(m_panel->content());
        return detail && detail->id() == id && m_panel->isVisible() ? detail : nullptr;
    }

private:
    void filter(const QString &text);
    void restart();

    PageContext m_context;
    Kind m_kind;
    Card *m_card;
    DetailPanel *m_panel;
    QComboBox *m_state;
    DataTable *m_table = nullptr;
    TableModel *m_model = nullptr;
    std::optional<PubKey> m_key; ///< that is filtered by
    QString m_detailId;
};

} // namespace tower
