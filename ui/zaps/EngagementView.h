// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"
#include "ui/widgets/KeyedModel.h"
#include "ui/zaps/MessageDetail.h"

#include <QHash>

class QAction;
class QComboBox;
class QLabel;
class QPushButton;

namespace tower {

class ConfirmBar;
class DataTable;
class DetailPanel;

/// Messages to members who stayed away: when the next run is and whom it would write to; those proposed, to
/// be changed, sent or skipped.
class EngagementView : public QWidget
{
    Q_OBJECT

public:
    explicit EngagementView(const PageContext &context, QWidget *parent = nullptr);

    void reload();
    void showDetail(const QString &id);
    void follow(const std::vector<Change> &changes);
    [[nodiscard]] DataTable *messages() const { return m_messages; }
    [[nodiscard]] KeyedModel<EngagementMessage> *model() const { return m_model; }
    [[nodiscard]] DataTable *recipients() const { return m_recipients; }
    [[nodiscard]] ConfirmBar *confirmBar() const { return m_confirm; }
    [[nodiscard]] QComboBox *state() const { return m_state; }
    /// What the panel shows.
    [[nodiscard]] MessageDetail *detail() const;
    /// When the next run is, in words.
    [[nodiscard]] QString nextRun() const;

public slots:
    void askToSend(const QStringList &ids);
    void askToSkip(const QStringList &ids);

signals:
    void started();
    void ended();
    void said(tower::Tone tone, const QString &text);

protected:
    void showEvent(QShowEvent *event) override;

private:
    /// A message as the operator sees it.
    struct Letter
    {
        QString id;
        QString was;
        QString text;
    };
    /// What the operator makes of a message, and the text that they began with.
    struct Draft
    {
        QString was;
        QString text;
    };
    struct Outcome
    {
        std::vector<EngagementMessage> done;
        std::vector<EngagementMessage> others; ///< that could not be done, as they are
        QString problem;                       ///< of the last one of these
    };
    using Deed = std::function<EngagementMessage(Services &, const Letter &)>;

    void buildMessages();
    void buildRecipients();
    void showPreview(const EngagementPreview &preview);
    void showActions();
    [[nodiscard]] QStringList chosen() const;
    [[nodiscard]] const EngagementMessage *known(const QString &id) const;
    [[nodiscard]] std::vector<Letter> lettersOf(const QStringList &ids) const;
    void save(const QString &id);
    void act(const std::vector<Letter> &letters, Deed deed, std::function<QString(int)> done);
    void present(const MessageStory &story);
    void drafted(const QString &id, const QString &text);

    PageContext m_context;
    std::shared_ptr<EngagementFilter> m_filter;
    std::vector<Identity> m_next;   ///< whom the next run would write to
    QHash<QString, Draft> m_drafts; ///< words that are not kept yet, by message
    KeyedModel<EngagementMessage> *m_model = nullptr;
    KeyedModel<Identity> *m_nextModel = nullptr;
    DataTable *m_messages = nullptr;
    DataTable *m_recipients = nullptr;
    DetailPanel *m_panel;
    ConfirmBar *m_confirm;
    QLabel *m_nextRun;
    QLabel *m_nextCaption;
    QPushButton *m_settings;
    QComboBox *m_state;
    QAction *m_send;
    QAction *m_skip;
    QString m_detailId;
};

} // namespace tower
