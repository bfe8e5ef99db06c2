// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// tower-relay-policy: the strfry write-policy plugin. Links base and nostr alone.
#include "app/relay-policy/LineReader.h"
#include "app/relay-policy/Options.h"
#include "app/relay-policy/Plugin.h"
#include "core/base/Log.h"
#include "core/base/PosixFile.h"
#include "core/base/Process.h"

#include <QCoreApplication>
#include <QSslCertificate>

#include <csignal>
#include <cstdio>
#include <unistd.h>

using namespace tower;

namespace {

/// strfry stops its plugins with SIGTERM and waits for them; it may have started us with that blocked.
void exitOnTerm()
{
    struct sigaction action
    {
    };
    action.sa_handler = [](int) { _exit(0); };
    sigaction(SIGTERM, &action, nullptr);
    sigaction(SIGINT, &action, nullptr);
    sigset_t stopping;
    sigemptyset(&stopping);
    sigaddset(&stopping, SIGTERM);
    sigaddset(&stopping, SIGINT);
    pthread_sigmask(SIG_UNBLOCK, &stopping, nullptr);
}

QSslConfiguration tlsConfiguration(const RelayPolicyOptions &options)
{
    if (options.url.scheme() != "https")
        return {};
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    if (!options.caFile.isEmpty() && !configuration.addCaCertificates(options.caFile))
        throw std::invalid_argument("--ca-file " + options.caFile.toStdString() +
                                    " holds no PEM certificate");
    return configuration;
}

int serve(const RelayPolicyOptions &options)
{
    const QSslConfiguration tls = tlsConfiguration(options);
    if (options.url.scheme() == "http" && !options.secret.isEmpty() && options.url.host() != "localhost" &&
        !QHostAddress(options.url.host()).isLoopback())
        log::warning("policy", "the secret goes over the network in clear: use https, or a tunnel");

    std::unique_ptr<SnapshotKeeper> snapshots;
    if (options.fail == RelayPolicyOptions::Fail::Cache)
        snapshots = std::make_unique<SnapshotKeeper>(
            std::make_unique<HttpClient>(options.url, options.secret, tls), options.cacheFile);

    Plugin plugin(HttpClient(options.url, options.secret, tls), options.timeout, snapshots.get());
    LineReader lines(STDIN_FILENO);
    while (const auto line = lines.next())
        if (!writeAll(STDOUT_FILENO, line->tooLong ? Plugin::answerOversized() : plugin.answer(line->text)))
            return 1;
    return 0;
}

} // namespace

int main(int argc, char *argv[])
{
    hardenProcess();
    exitOnTerm();
    log::toStderr();

    const QCoreApplication application(argc, argv);
    try {
        const auto options = RelayPolicyOptions::parse(QCoreApplication::arguments().mid(1),
                                                       QProcessEnvironment::systemEnvironment());
        if (options.show == RelayPolicyOptions::Show::Help)
            return writeAll(STDOUT_FILENO, RelayPolicyOptions::help()) ? 0 : 1;
        if (options.show == RelayPolicyOptions::Show::Version)
            return writeAll(STDOUT_FILENO, "tower-relay-policy " TOWER_VERSION "\n") ? 0 : 1;
        return serve(options);
    } catch (const std::invalid_argument &problem) {
        std::fprintf(stderr, "tower-relay-policy: %s (try --help)\n", problem.what());
        return 2;
    }
}
