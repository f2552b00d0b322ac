// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader.codegen;

import dev.sluice.loader.btf.Btf;
import dev.sluice.loader.btf.BtfType;
import dev.sluice.loader.btf.BtfVariable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes Java sources for the structs, enums and map names of compiled BPF objects. Run in a build,
 * after clang and before javac; it needs neither libbpf nor root. The output depends on nothing but
 * the objects and the arguments.
 */
public final class FlyweightGenerator {
  static final String USAGE =
      """
      usage: --object FILE...        compiled objects with BTF (clang -g -target bpf)
             --package NAME          package of the generated classes
             --output DIR            source root to write to
             --struct NAME[:CLASS]   a flyweight for struct or union NAME; NAME* for a prefix;
                                     structs within them come along
             --enum NAME[:PREFIX[:CLASS]]
                                     a Java enum of the constants that start with PREFIX
             --constants ENUM[,ENUM...]:CLASS[:PREFIX]
                                     int constants; an anonymous enum goes by one of its constants
             --maps CLASS            String constants with the names of all maps
      All options may be repeated, except --package and --output.""";

  private final GeneratorArguments arguments;
  private final List<Btf> objects;

  /** Sources by class name; sorted, so that the output is the same every time. */
  private final Map<String, String> sources = new TreeMap<>();

  private FlyweightGenerator(GeneratorArguments arguments, List<Btf> objects) {
    this.arguments = arguments;
    this.objects = objects;
  }

  /**
   * Writes the sources.
   *
   * @throws IllegalArgumentException if an option is wrong, nothing has the name asked for, or two
   *     objects disagree about it
   */
  public static void main(String[] args) throws IOException {
    GeneratorArguments arguments = GeneratorArguments.parse(args);
    List<Btf> objects = new ArrayList<>();
    for (Path object : arguments.objects()) {
      objects.add(Btf.parse(Files.readAllBytes(object)));
    }
    FlyweightGenerator generator = new FlyweightGenerator(arguments, objects);
    generator.generate();
    generator.writeFiles();
  }

  private void generate() {
    for (Btf btf : objects) {
      generateStructs(btf);
    }
    for (GeneratorArguments.StructRequest request : arguments.structs()) {
      boolean found =
          objects.stream()
              .flatMap(btf -> btf.composites().stream())
              .anyMatch(struct -> request.matches(struct.name()));
      requireFound(found, "struct", request.name());
    }
    for (GeneratorArguments.EnumRequest request : arguments.enums()) {
      for (BtfType.Enumeration enumeration : enumerations(request.name())) {
        put(
            request.className(),
            EnumSource.write(
                arguments.packageName(), request.className(), request.prefix(), enumeration));
      }
    }
    for (GeneratorArguments.ConstantsRequest request : arguments.constants()) {
      List<BtfType.Enumeration> enums = new ArrayList<>();
      for (String name : request.enums()) {
        enums.add(enumerations(name).getFirst());
      }
      put(
          request.className(),
          ConstantsSource.ofEnums(
              arguments.packageName(), request.className(), request.prefix(), enums));
    }
    for (String mapClass : arguments.mapClasses()) {
      put(mapClass, ConstantsSource.ofMaps(arguments.packageName(), mapClass, maps()));
    }
  }

  private void generateStructs(Btf btf) {
    Map<String, StructLayout> layouts = new TreeMap<>();
    Map<String, String> classNames = new HashMap<>();
    for (BtfType.Composite struct : btf.composites()) {
      for (GeneratorArguments.StructRequest request : arguments.structs()) {
        if (request.matches(struct.name())) {
          addLayout(btf, struct, layouts);
          if (!request.className().isEmpty()) {
            classNames.put(struct.name(), request.className());
          }
        }
      }
    }
    for (String name : layouts.keySet()) {
      classNames.putIfAbsent(name, JavaNames.className(name));
    }
    for (StructLayout layout : layouts.values()) {
      put(
          classNames.get(layout.name()),
          new FlyweightSource(arguments.packageName(), layout, classNames).write());
    }
  }

  private static void addLayout(
      Btf btf, BtfType.Composite struct, Map<String, StructLayout> layouts) {
    if (layouts.containsKey(struct.name())) {
      return;
    }
    StructLayout layout = new StructLayout(btf, struct);
    layouts.put(struct.name(), layout);
    for (String nested : layout.nestedStructs()) {
      addLayout(btf, btf.composite(nested).orElseThrow(), layouts);
    }
  }

  private List<BtfType.Enumeration> enumerations(String name) {
    List<BtfType.Enumeration> found =
        objects.stream().flatMap(btf -> btf.enumeration(name).stream()).toList();
    requireFound(!found.isEmpty(), "enum", name);
    return found;
  }

  private List<BtfVariable> maps() {
    Map<String, BtfVariable> byName = new HashMap<>();
    for (Btf btf : objects) {
      for (BtfVariable map : btf.variables(".maps")) {
        byName.putIfAbsent(map.name(), map);
      }
    }
    List<BtfVariable> maps = new ArrayList<>(byName.values());
    maps.sort(Comparator.comparing(BtfVariable::name));
    return maps;
  }

  private void put(String className, String source) {
    String present = sources.putIfAbsent(className, source);
    if (present != null && !present.equals(source)) {
      throw new IllegalArgumentException(
          "two different definitions of " + className + " in " + arguments.objects());
    }
  }

  private void requireFound(boolean found, String kind, String name) {
    if (!found) {
      throw new IllegalArgumentException(
          "no "
              + kind
              + " '"
              + name
              + "' in the BTF of "
              + arguments.objects()
              + "; a type gets there only if a map, a variable or a function uses it");
    }
  }

  private void writeFiles() throws IOException {
    Path directory = arguments.output().resolve(arguments.packageName().replace('.', '/'));
    Files.createDirectories(directory);
    for (Map.Entry<String, String> source : sources.entrySet()) {
      Path file = directory.resolve(source.getKey() + ".java");
      // An unchanged file keeps its time, so that the compiler has nothing to do.
      if (!Files.exists(file) || !Files.readString(file).equals(source.getValue())) {
        Files.writeString(file, source.getValue());
      }
    }
  }
}
