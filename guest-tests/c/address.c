#include "address.h"

static ip_address v4(network_ipv4_address_t address, uint16_t port) {
  return (ip_address){.tag = NETWORK_IP_SOCKET_ADDRESS_IPV4,
                      .val.ipv4 = {.port = port, .address = address}};
}

static ip_address v6(network_ipv6_address_t address, uint16_t port) {
  return (ip_address){.tag = NETWORK_IP_SOCKET_ADDRESS_IPV6,
                      .val.ipv6 = {.port = port, .address = address}};
}

#define V4(...) v4((network_ipv4_address_t){__VA_ARGS__}, port)
#define V6(...) v6((network_ipv6_address_t){__VA_ARGS__}, port)

ip_address loopback(ip_family family, uint16_t port) {
  return family == IPV4 ? V4(127, 0, 0, 1) : V6(0, 0, 0, 0, 0, 0, 0, 1);
}

ip_address wildcard(ip_family family, uint16_t port) {
  return family == IPV4 ? V4(0, 0, 0, 0) : V6(0, 0, 0, 0, 0, 0, 0, 0);
}

ip_address multicast(ip_family family, uint16_t port) {
  return family == IPV4 ? V4(224, 0, 0, 1) : V6(0xff02, 0, 0, 0, 0, 0, 0, 1);
}

ip_address broadcast(uint16_t port) { return V4(255, 255, 255, 255); }

ip_address absent(ip_family family, uint16_t port) {
  return family == IPV4 ? V4(203, 0, 113, 77) : V6(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x77);
}

ip_address mapped_loopback(uint16_t port) { return V6(0, 0, 0, 0, 0, 0xffff, 0x7f00, 1); }

ip_family family_of(ip_address address) {
  return address.tag == NETWORK_IP_SOCKET_ADDRESS_IPV4 ? IPV4 : IPV6;
}

uint16_t port_of(ip_address address) {
  return family_of(address) == IPV4 ? address.val.ipv4.port : address.val.ipv6.port;
}

bool same(ip_address one, ip_address two) {
  if (one.tag != two.tag || port_of(one) != port_of(two)) return false;
  if (family_of(one) == IPV4) {
    network_ipv4_address_t a = one.val.ipv4.address, b = two.val.ipv4.address;
    return a.f0 == b.f0 && a.f1 == b.f1 && a.f2 == b.f2 && a.f3 == b.f3;
  }
  network_ipv6_address_t a = one.val.ipv6.address, b = two.val.ipv6.address;
  return a.f0 == b.f0 && a.f1 == b.f1 && a.f2 == b.f2 && a.f3 == b.f3 && a.f4 == b.f4 &&
         a.f5 == b.f5 && a.f6 == b.f6 && a.f7 == b.f7;
}
