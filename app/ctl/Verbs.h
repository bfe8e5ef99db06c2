// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace tower {

class Command;

/// What each verb does; the returned value is the exit status. All throw UsageError and Refused.
int grantAccess(const Command &command);
int revokeAccess(const Command &command);
int listAccounts(const Command &command);
int explainPolicy(const Command &command);

int listQueue(const Command &command);
int approveEvents(const Command &command);
int rejectEvents(const Command &command);

int exportRecords(const Command &command);
int reconcileBooks(const Command &command);
int verifyActivity(const Command &command);

int backupDatabase(const Command &command);
int restoreDatabase(const Command &command);

} // namespace tower
