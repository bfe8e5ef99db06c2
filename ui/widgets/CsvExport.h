// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/TableModel.h"

#include <QPointer>
#include <QSaveFile>

namespace tower {

/// Writes all rows of a table's current question to a file, page after page as the service gives them; the
/// file appears whole at the end, or not at all. Deletes itself when done.
class CsvExport : public QObject
{
    Q_OBJECT

public:
    CsvExport(TableModel &model, const QString &path, QObject *parent);

    void start();
    [[nodiscard]] std::int64_t rows() const { return m_rows; }

public slots:
    void cancel();

signals:
    void progress(qint64 rows);
    /// `problem` is empty when the file is there; "cancelled" has no problem and no rows.
    void finished(qint64 rows, const QString &problem, bool cancelled);

private:
    void next(const QString &cursor);
    void end(const QString &problem, bool cancelled = false);

    QPointer<TableModel> m_model;
    QSaveFile m_file;
    std::int64_t m_rows = 0;
    bool m_ended = false;
};

} // namespace tower
