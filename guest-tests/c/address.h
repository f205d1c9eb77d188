/** Addresses that cases bind and connect to. */
#ifndef ADDRESS_H
#define ADDRESS_H

#include "socket.h"

ip_address loopback(ip_family family, uint16_t port);
/** The address that stands for all interfaces. */
ip_address wildcard(ip_family family, uint16_t port);
/** The multicast address of all nodes of the network. */
ip_address multicast(ip_family family, uint16_t port);
/** The broadcast address, which only IPv4 has. */
ip_address broadcast(uint16_t port);
/** An address that is reserved for documentation, so no host has it. */
ip_address absent(ip_family family, uint16_t port);
/** The IPv4 loopback address as an IPv4-mapped IPv6 address. */
ip_address mapped_loopback(uint16_t port);

uint16_t port_of(ip_address address);
ip_family family_of(ip_address address);
/** Whether two addresses and ports are the same. */
bool same(ip_address one, ip_address two);

#endif
