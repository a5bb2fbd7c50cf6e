"""From a volume to a running appliance: checks that can be repeated, each refusal with its own status and advice."""
