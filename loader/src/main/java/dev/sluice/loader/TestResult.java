// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

/**
 * What a test run gave.
 *
 * @param returnValue the program's return value, for example TC_ACT_OK or XDP_PASS
 * @param dataOut the packet as the program left it; empty for programs without a packet
 * @param contextOut the context as the program left it; empty if none was passed in
 * @param nanos the average time of one run
 */
@SuppressWarnings("ArrayRecordComponent") // bytes in, bytes out; nobody compares results
public record TestResult(int returnValue, byte[] dataOut, byte[] contextOut, long nanos) {}
