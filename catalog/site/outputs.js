// SPDX-License-Identifier: Apache-2.0
// What the form writes: the YAML file, the command line, the Kubernetes manifest. Pure.
//
// `made` is {entry, name, topic, profileMap, values, secrets}: `values` as [[option, value]] in the
// schema's order, without secrets; `secrets` as [{option, name, value}].
"use strict";
sluice.outputs = (() => {
  const reference = (name) => `\${{ secrets.${name} }}`;
  const dump = (tree) => jsyaml.dump(tree, { lineWidth: -1, noRefs: true });

  // Of `password` in a section: PASSWORD. What else the values name counts, too.
  const secretName = (option) => option.path.join("_").toUpperCase().replace(/[^A-Z0-9_]/g, "_");
  function namesIn(values) {
    const text = JSON.stringify(values.map(([, value]) => value));
    return [...text.matchAll(/\$\{\{\s*secrets\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g)].map((match) => match[1]);
  }

  // The type that says which way records go: only a source's ends with -source.
  function typeOf(entry) {
    const isSource = entry.direction === "Source";
    return isSource && !entry.name.endsWith("-source") ? `${entry.name.replace(/-connector$/, "")}-source` : entry.name;
  }

  function put(tree, path, value) {
    const last = path.length - 1;
    const place = path.slice(0, last).reduce((at, key) => (at[key] ??= {}), tree);
    place[path[last]] = value;
  }

  function yaml(made) {
    const { entry } = made;
    const names = [...new Set([...made.secrets.map(({ name }) => name), ...namesIn(made.values)])];
    const tree = {
      apiVersion: "0.2.0",
      meta: { name: made.name, type: typeOf(entry), version: entry.version, topic: { meta: { name: made.topic } } },
    };
    if (names.length) tree.meta.secrets = names.map((name) => ({ name }));
    const section = {};
    for (const [option, value] of made.values) {
      if (option.name === "transform") tree.transforms = value.map((one) => (typeof one === "string" ? JSON.parse(one) : one));
      else put(section, option.path, value);
    }
    for (const { option, name } of made.secrets) put(section, option.path, reference(name));
    if (Object.keys(section).length) tree[entry.section || "custom"] = section;
    if (tree.transforms) {
      const { transforms } = tree;
      delete tree.transforms;
      tree.transforms = transforms;
    }
    return dump(tree);
  }

  const plain = (word) => (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
  // For a shell; a secret that is named becomes a variable.
  const quoted = (text) => pieces(text).map((piece) => (piece.name ? `"$${piece.name}"` : plain(piece.text))).join("") || "''";

  // A text as [{text} or {name}]: what stands there, and the secrets that are named.
  function pieces(text) {
    const parts = text.split(/\$\{\{\s*secrets\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/);
    return parts.map((part, i) => (i % 2 ? { name: part } : { text: part })).filter((piece) => piece.name || piece.text !== "");
  }

  // One option as [flag, text] pairs; of a switch that is on the text is null.
  function words({ flag, kind }, value) {
    if (kind === "list") return value.map((one) => [flag, typeof one === "object" ? JSON.stringify(one) : String(one)]);
    if (kind === "map") return Object.entries(value).map(([key, one]) => [flag, `${key}:${one}`]);
    return [[flag, value === true ? null : String(value)]];
  }

  // Other programs than those of the kit are promised one form only. A value that looks like an
  // option must be tied to its own.
  function flagged(kit, [flag, text]) {
    if (text === null) return kit ? flag : `${flag}=true`;
    return !kit || text === "" || text.startsWith("-") || text === "false" ? `${flag}=${quoted(text)}` : `${flag} ${quoted(text)}`;
  }

  function command(made) {
    const { entry } = made;
    const all = [["--fluvio-topic", made.topic]];
    if (entry.kit) all.push(["--name", made.name]);
    for (const [option, value] of made.values) all.push(...words(option, value));
    for (const { option, name } of made.secrets) all.push([option.flag, reference(name)]);
    return `${[entry.name, ...all.map((word) => flagged(entry.kit, word))].join(" \\\n  ")}\n`;
  }

  const secretsFile = (made) => made.secrets.map(({ name, value }) => `${name}=${value}\n`).join("");

  // What `sluice deploy plan --target kubernetes` prints, field for field (src/deploy/kubernetes.cpp),
  // less the checksums among the annotations.
  function manifest(made) {
    const { entry } = made;
    const names = made.secrets.map(({ name }) => name);
    const selector = { app: "fluvio-connector", connectorName: made.name };
    const labels = {
      ...selector,
      "app.kubernetes.io/name": typeOf(entry),
      "app.kubernetes.io/instance": made.name,
      "app.kubernetes.io/version": entry.version,
      "app.kubernetes.io/component": entry.direction.toLowerCase(),
      "app.kubernetes.io/managed-by": "sluice",
    };
    const metadata = (suffix) => ({ name: made.name + suffix, labels, annotations: { "sluice/name": made.name, "sluice/topic": made.topic } });
    const objects = [];
    if (entry.kit) objects.push({ apiVersion: "v1", kind: "ConfigMap", metadata: metadata("-config"), data: { "config.yaml": yaml(made) } });
    if (names.length) {
      const stringData = entry.kit ? { secrets: secretsFile(made) } : Object.fromEntries(made.secrets.map(({ name, value }) => [name, value]));
      objects.push({ apiVersion: "v1", kind: "Secret", metadata: metadata("-secrets"), type: "Opaque", stringData });
    }
    objects.push({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadata(""),
      spec: {
        replicas: 1,
        revisionHistoryLimit: 3,
        strategy: { type: "Recreate" },
        selector: { matchLabels: selector },
        template: { metadata: { labels }, spec: pod(made, names) },
      },
    });
    return objects.map((object) => `---\n${dump(object)}`).join("");
  }

  function pod(made, names) {
    const profile = { name: "fluvio-config-volume", configMap: { name: made.profileMap, items: [{ key: "fluvioClientConfig", path: "config" }] } };
    const volumes = [profile, { name: "state", emptyDir: {} }, { name: "tmp", emptyDir: { sizeLimit: "64Mi" } }];
    if (made.entry.kit) volumes.unshift(configVolume(made, names.length > 0));
    return {
      terminationGracePeriodSeconds: 40,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, seccompProfile: { type: "RuntimeDefault" } },
      containers: [made.entry.kit ? kitContainer(made, names.length > 0) : otherContainer(made, names)],
      volumes,
    };
  }

  function configVolume(made, hasSecrets) {
    const file = (kind, suffix, key) => ({ [kind]: { name: made.name + suffix, items: [{ key, path: key }] } });
    const sources = [file("configMap", "-config", "config.yaml")];
    if (hasSecrets) sources.push(file("secret", "-secrets", "secrets"));
    return { name: "config", projected: { defaultMode: 0o440, sources } };
  }

  const confined = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } };
  const resources = { requests: { cpu: "50m", memory: "64Mi" } };
  const mounts = [
    { name: "fluvio-config-volume", mountPath: "/home/fluvio/.fluvio", readOnly: true },
    { name: "state", mountPath: "/var/lib/sluice" },
    { name: "tmp", mountPath: "/tmp" },
  ];

  function kitContainer(made, hasSecrets) {
    const get = (path) => ({ path, port: "metrics" });
    const args = ["--config=/etc/sluice/config.yaml"];
    if (hasSecrets) args.push("--secrets=/etc/sluice/secrets");
    args.push("--drain-timeout=30s", "--metrics-listen=0.0.0.0:8080");
    return {
      name: "fluvio-connector",
      image: made.entry.image,
      imagePullPolicy: "IfNotPresent",
      args,
      ports: [{ name: "metrics", containerPort: 8080, protocol: "TCP" }],
      startupProbe: { httpGet: get("/livez"), periodSeconds: 2, failureThreshold: 30 },
      livenessProbe: { httpGet: get("/livez"), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
      readinessProbe: { httpGet: get("/readyz"), periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 },
      securityContext: confined,
      resources,
      volumeMounts: [{ name: "config", mountPath: "/etc/sluice", readOnly: true }, ...mounts],
    };
  }

  // A program that only promises to take options: no file, no probes; secrets come as variables.
  function otherContainer(made, names) {
    const text = (value) => pieces(value).map((piece) => (piece.name ? `$(${piece.name})` : piece.text.replaceAll("$(", "$$("))).join("");
    const all = [["--fluvio-topic", made.topic], ...made.values.flatMap(([option, value]) => words(option, value))];
    const args = all.map(([flag, value]) => `${flag}=${text(value ?? "true")}`);
    for (const { option, name } of made.secrets) if (option) args.push(`${option.flag}=$(${name})`);
    const env = names.map((name) => ({ name, valueFrom: { secretKeyRef: { name: `${made.name}-secrets`, key: name } } }));
    return {
      name: "fluvio-connector",
      image: made.entry.image,
      imagePullPolicy: "IfNotPresent",
      args,
      ...(env.length ? { env } : {}),
      securityContext: confined,
      resources,
      volumeMounts: mounts,
    };
  }

  return { yaml, command, manifest, secretsFile, secretName, namesIn, quoted, typeOf };
})();
