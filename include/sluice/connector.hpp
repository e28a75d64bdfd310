// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the author of a connector includes: the contracts of a source and a sink, and the
// `main` that runs one.
//
//   int main(int argc, char** argv) { return sluice::run_source<MySource, MyOptions>(argc, argv); }
//
// The author's code is blocking and runs on one thread, its own. The kit does the rest on
// others: options, topic, batching, retries, checkpoints, metrics, health, signals, drain.
// Nothing is lost silently: a source acknowledges to the outside only what the topic has, a
// sink's offset is stored only after `write` returned.

#include "sluice/connector/run.hpp"
#include "sluice/connector/sink.hpp"
#include "sluice/connector/source.hpp"
