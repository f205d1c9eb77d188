/**
 * How far a socket gets under a fault: `error:CODE` when creation failed, `deferred:CODE`
 * when a later step did, `unaffected` when all worked up to an accepted connection.
 */
#ifndef UNDER_FAULT_H
#define UNDER_FAULT_H

#include "observe.h"

/** How far a new socket gets. */
json fault_from_creation(ip_family family);
/** How far a bound socket gets. */
json fault_from_bound(tcp_socket socket, ip_family family);
/** How far a listener gets. */
json fault_from_listening(tcp_socket socket, ip_family family);
/** The observation of a fault that appeared after creation. */
json deferred(result outcome);

#endif
