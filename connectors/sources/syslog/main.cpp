// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "syslog_source.hpp"

int main(int argc, char** argv) {
  return sluice::run_source<sluice::syslog::SyslogSource, sluice::syslog::SyslogOptions>(argc,
                                                                                         argv);
}
