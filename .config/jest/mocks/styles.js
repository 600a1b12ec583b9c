// Stands in for the style sheets that Grafana's components import.
module.exports = {};
