// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/settings/SettingModel.h"
#include "ui/shell/PageWidget.h"

class QLineEdit;
class QPushButton;
class QSpinBox;

namespace tower {

class ConnectionTest;
class CopyLabel;
class SettingDetail;

/// What the first steps show, as it stands.
struct SetupFacts
{
    QString dataFolder;
    QString database; ///< without a password
    PubKey timmy;
    ApiState api;
    std::vector<SettingLine> lines; ///< all settings and secrets

    /// Nullptr when there is none of that name.
    [[nodiscard]] const SettingLine *line(const QString &name) const;
};

/// Core thread.
SetupFacts readSetup(Services &services);

/// One of the first steps: a title, what it is about, and what can be set.
class SetupStep : public QWidget
{
    Q_OBJECT

public:
    SetupStep(const QString &title, const QString &about, QWidget *parent = nullptr);

    [[nodiscard]] const QString &title() const { return m_title; }
    /// May come again; what is being typed is left alone.
    virtual void showFacts(const SetupFacts &facts) = 0;

signals:
    /// Something was set: the facts are to be read again.
    void hasSet();

protected:
    void add(QWidget *widget);
    QLabel *addText(const QString &text = {});

private:
    QString m_title;
};

/// Where everything is kept.
class WelcomeStep : public SetupStep
{
    Q_OBJECT

public:
    explicit WelcomeStep(QWidget *parent = nullptr);
    void showFacts(const SetupFacts &facts) override;

private:
    QLabel *m_folder;
};

/// A service outside: its settings and secrets, and the test of its connection.
class ConnectionStep : public SetupStep
{
    Q_OBJECT

public:
    ConnectionStep(const PageContext &context, Connection which, const QString &title, const QString &about,
                   const QStringList &names, QWidget *parent = nullptr);
    void showFacts(const SetupFacts &facts) override;
    [[nodiscard]] ConnectionTest *test() const { return m_test; }

private:
    SettingDetail *makeDetail(const SettingLine &line);
    void change(SettingDetail *detail, Setting setting, const std::optional<QString> &text);

    PageContext m_context;
    QStringList m_names;
    std::vector<SettingDetail *> m_details;
    QVBoxLayout *m_box;
    ConnectionTest *m_test;
};

/// Where the API listens; that it does is the test.
class ApiStep : public SetupStep
{
    Q_OBJECT

public:
    explicit ApiStep(const PageContext &context, QWidget *parent = nullptr);
    void showFacts(const SetupFacts &facts) override;

private:
    void serve();
    void showState(const ApiState &state);

    PageContext m_context;
    QLineEdit *m_host;
    QSpinBox *m_port;
    QPushButton *m_serve;
    InlineMessage *m_message;
    bool m_shown = false; ///< the fields hold what the operator may be changing
};

} // namespace tower
