// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/CsvExport.h"

namespace tower {

CsvExport::CsvExport(TableModel &model, const QString &path, QObject *parent)
    : QObject(parent)
    , m_model(&model)
    , m_file(path)
{
}

void CsvExport::start()
{
    if (!m_file.open(QIODevice::WriteOnly)) {
        end(tr("The file can't be written: %1").arg(m_file.errorString()));
        return;
    }
    m_file.write(m_model->csvHeader());
    next({});
}

void CsvExport::cancel()
{
    end({}, true);
}

void CsvExport::next(const QString &cursor)
{
    if (!m_model) {
        end({}, true);
        return;
    }
    const QPointer<CsvExport> guard(this);
    m_model->exportPage(
        cursor,
        [guard](const QByteArray &lines, int rows, const QString &nextCursor) {
            if (!guard || guard->m_ended)
                return;
            guard->m_rows += rows;
            if (guard->m_file.write(lines) != lines.size()) {
                guard->end(tr("The file can't be written: %1").arg(guard->m_file.errorString()));
                return;
            }
            emit guard->progress(guard->m_rows);
            if (nextCursor.isEmpty())
                guard->end({});
            else
                guard->next(nextCursor);
        },
        [guard](const ServiceError &error) {
            if (guard)
                guard->end(error.message());
        });
}

void CsvExport::end(const QString &problem, bool cancelled)
{
    if (m_ended)
        return;
    m_ended = true;
    QString outcome = problem;
    if (cancelled || !problem.isEmpty())
        m_file.cancelWriting();
    if (m_file.isOpen() && !m_file.commit() && outcome.isEmpty() && !cancelled)
        outcome = tr("The file can't be written: %1").arg(m_file.errorString());
    emit finished(m_rows, outcome, cancelled);
    deleteLater();
}

} // namespace tower
