// SPDX-License-Identifier: Apache-2.0
// A connector's schema as a flat list of options, and how the text of a field becomes a value.
"use strict";
sluice.schema = (() => {
  const isNull = (type) => type === "null";
  const asList = (value) => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

  // The same schema for one value that is given: without null.
  function given(schema) {
    const out = { ...schema };
    const types = asList(schema.type).filter((type) => !isNull(type));
    if (schema.type !== undefined) out.type = types.length === 1 ? types[0] : types;
    if (schema.enum) out.enum = schema.enum.filter((value) => value !== null);
    return out;
  }

  // Groups of options of which at most one may be given: `oneOf` alternatives that only require.
  function exclusions(schema) {
    return asList(schema.allOf)
      .filter((part) => Array.isArray(part.oneOf))
      .map((part) => part.oneOf.filter((choice) => choice.required).flatMap((choice) => choice.required));
  }

  // Every option, those of nested tables too: {path, name, flag, schema, required, secret, excludes}.
  function options(schema, above = []) {
    const groups = exclusions(schema);
    return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
      const path = [...above, key];
      if (property.properties) return options(property, path);
      const one = given(property);
      const others = groups.filter((group) => group.includes(key)).flat().filter((other) => other !== key);
      return [
        {
          key,
          path,
          name: path.join("."),
          flag: `--${path.join("-").replaceAll("_", "-")}`,
          schema: one,
          required: (schema.required ?? []).includes(key),
          secret: property.writeOnly === true,
          default: property.default,
          description: property.description ?? "",
          excludes: others.map((other) => [...above, other].join(".")),
          kind: kindOf(one),
        },
      ];
    });
  }

  function kindOf(schema) {
    const types = asList(schema.type);
    if (schema.enum) return "choice";
    if (types.includes("array")) return "list";
    if (types.includes("object")) return "map";
    if (types.includes("boolean")) return "switch";
    return "text";
  }

  const plural = (word) => (word === "JSON" ? word : word.endsWith("s") ? `${word}es` : `${word}s`);

  // For people: `duration`, `size`, `list of headers`, `whole number`.
  function typeText(schema) {
    const types = asList(schema.type);
    if (schema.format === "humantime") return "duration";
    if (schema.format === "byte-size") return "size";
    if (types.includes("array")) return `list of ${plural(typeText(given(asList(schema.items)[0] ?? {})))}`;
    if (types.includes("object")) return schema.properties ? "JSON object" : "keys and values";
    if (schema.contentMediaType === "application/json") return "JSON";
    if (schema.enum) return "choice";
    if (types.includes("boolean")) return "yes or no";
    if (types.includes("integer") && types.length === 1) return "whole number";
    if (types.includes("number") && types.length === 1) return "number";
    if (isHeader(schema)) return "header";
    if (schema.format === "uri") return "address";
    return "text";
  }

  const limitIn = (schema) => (number) => (schema.format === "byte-size" ? sizeText(number) : String(number));

  // `1 … 65535`, `at least 1`, or nothing.
  function rangeText(schema) {
    // Of a duration the limits are in its description.
    const { minimum: low, maximum: high } = schema.format === "humantime" ? {} : schema;
    const limit = limitIn(schema);
    if (low !== undefined && high !== undefined) return `${limit(low)} … ${limit(high)}`;
    if (low !== undefined) return `at least ${limit(low)}`;
    return high !== undefined ? `at most ${limit(high)}` : "";
  }

  const schemes = (schema) => /^\^\(([a-z0-9|+.-]+)\):\/\/$/.exec(schema.pattern ?? "")?.[1].split("|") ?? [];
  const isHeader = (schema) => (schema.pattern ?? "").includes("\\s*:[^\\r\\n]*$");

  // Bytes as a person would write them, when that is exact.
  function sizeText(bytes) {
    const units = ["TiB", "GiB", "MiB", "KiB"];
    const at = units.findIndex((_, i) => bytes > 0 && bytes % 1024 ** (4 - i) === 0);
    return at < 0 ? String(bytes) : `${bytes / 1024 ** (4 - at)} ${units[at]}`;
  }

  // As it would be written; nothing for what says nothing.
  function defaultText(value, schema = {}) {
    if (value === undefined || value === null || value === "") return "";
    if (schema.format === "byte-size" && typeof value === "number") return sizeText(value);
    if (Array.isArray(value)) return value.map((one) => defaultText(one)).join(", ");
    if (typeof value === "object") return Object.entries(value).map(([key, one]) => `${key}: ${defaultText(one)}`).join(", ");
    if (value === true) return "yes";
    if (value === false) return "no";
    return typeof value === "string" ? JSON.stringify(value).slice(1, -1) : String(value);
  }

  // The text of one value as the value that the schema wants, or as it is when it does not fit.
  function scalar(schema, text) {
    const types = asList(schema.type);
    const number = Number(text);
    if (types.includes("integer") && /^\s*[+-]?\d+\s*$/.test(text) && Number.isSafeInteger(number)) return number;
    if (types.includes("number") && text.trim() !== "" && Number.isFinite(number)) return number;
    if (types.includes("boolean") && /^(true|false)$/.test(text)) return text === "true";
    return text;
  }

  // What a field says: undefined when it is empty, which means that the option is not given.
  // Lists and maps have a value a line.
  function value(option, text) {
    if (text.trim() === "" && !(option.kind === "text" && text !== "" && !option.schema.format)) return undefined;
    const lines = () => text.split("\n").map((line) => line.replace(/\r$/, "")).filter((line) => line.trim() !== "");
    if (option.kind === "list") {
      const items = given(asList(option.schema.items)[0] ?? {});
      return lines().map((line) => (asList(items.type).includes("object") ? json(line) : scalar(items, line)));
    }
    if (option.kind === "map") {
      const inner = given(option.schema.additionalProperties ?? {});
      return Object.fromEntries(
        lines().map((line) => {
          const at = line.indexOf(":");
          return at < 0 ? [line.trim(), undefined] : [line.slice(0, at).trim(), scalar(inner, line.slice(at + 1).trim())];
        }),
      );
    }
    return scalar(option.schema, text);
  }

  function json(text) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }

  const durationUnits =
    "ns|nsec|nanos?|nanoseconds?|us|usec|micros?|microseconds?|ms|msec|millis?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|M|months?|y|years?";
  const duration = new RegExp(`^\\s*(\\d+\\s*(${durationUnits})\\s*)+$|^\\s*0\\s*$`);
  const powers = { k: 1, m: 2, g: 3, t: 4, p: 5 };

  // Bytes of `64 KiB`, or undefined.
  function bytesOf(text) {
    const match = /^\s*(\d+(?:\.\d+)?)\s*(?:([kmgtp])?(i)?b)?\s*$/i.exec(text);
    if (!match) return undefined;
    return Number(match[1]) * (match[3] ? 1024 : 1000) ** (match[2] ? powers[match[2].toLowerCase()] : 0);
  }

  // What is wrong with one value beyond what its schema can say, and better words for what it says.
  function hint(schema) {
    if (schema["x-hint"]) return schema["x-hint"];
    const begins = schemes(schema);
    if (schema.format === "humantime") return asList(schema.type).includes("integer") ? "Write a duration: 500ms, 10s, 1h 30m; or a number." : "Write a duration with its unit: 500ms, 10s, 1h 30m.";
    if (schema.format === "byte-size") return "Write a size: 4096, 64 KiB, 1.5 MB.";
    if (begins.length) return `Write an address that begins with ${begins.map((scheme) => `${scheme}://`).join(", ")}.`;
    if (isHeader(schema)) return "Write a header as Name: value.";
    if (schema.contentMediaType === "application/json") return "Write JSON.";
    if (asList(schema.type).includes("object")) return "Write a JSON object.";
    if (asList(schema.type).includes("integer")) return "Write a whole number.";
    if (asList(schema.type).includes("number")) return "Write a number.";
    return "";
  }

  // What numbers fit into `uint16`, `int32` ...; beyond 32 bits a number in a browser is not exact.
  function formatRange(format) {
    const match = /^(u?)int(8|16|32)$/.exec(format ?? "");
    if (!match) return [-Infinity, Infinity];
    const bits = Number(match[2]);
    return match[1] ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  }

  // Problems of one value that draft-07 has no words for.
  function beyond(schema, value) {
    if (typeof value === "number") {
      const [low, high] = formatRange(schema.format);
      return value < low || value > high ? [`Must be from ${low} to ${high}.`] : [];
    }
    if (typeof value !== "string") return [];
    if (schema.format === "humantime" && !duration.test(value) && !(asList(schema.type).includes("integer") && /^\s*\d+\s*$/.test(value))) return [hint(schema)];
    if (schema.format === "byte-size") {
      const bytes = bytesOf(value);
      if (bytes === undefined) return [hint(schema)];
      if (bytes < (schema.minimum ?? 0)) return [`Must be at least ${sizeText(schema.minimum)}.`];
      if (bytes > (schema.maximum ?? Infinity)) return [`Must be at most ${sizeText(schema.maximum)}.`];
    }
    if (schema.contentMediaType === "application/json") {
      try {
        JSON.parse(value);
      } catch (error) {
        return [`This is not JSON: ${error.message}.`];
      }
    }
    return [];
  }

  return { options, asList, given, schemes, typeText, rangeText, defaultText, value, hint, beyond };
})();
