/** Reads the type information (BTF) of compiled BPF objects; pure Java, no libbpf. */
package dev.sluice.loader.btf;
