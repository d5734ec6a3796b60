# shellcheck shell=bash
# shellcheck disable=SC2034  # what is set here is for who sources it
# Sourced, with $NODE set to the folder of one running node. Addresses are in a network namespace of the node's own, so they
# collide with none of the machine's, nor with another node's.

# What the node has first comes first: FAMILIES=4 (default), 46 or 64.
FAMILIES=${FAMILIES:-4}

by_family() { # the IPv4 one, the IPv6 one: as a list
  case "$FAMILIES" in
    4) echo "$1" ;;
    46) echo "$1,$2" ;;
    64) echo "$2,$1" ;;
    *) echo "FAMILIES is 4, 46 or 64, not '$FAMILIES'" >&2 && return 64 ;;
  esac
}

NODE_IP4=10.88.0.1 NODE_IP6=fd00:88::1
POD_NET4=10.244.0.0/24 POD_NET6=fd00:244::/64
NODE_IPS=$(by_family $NODE_IP4 $NODE_IP6)
POD_NETS=$(by_family $POD_NET4 $POD_NET6)
SERVICE_NETS=$(by_family 10.96.0.0/16 fd00:96::/112)
FIRST_IP=${NODE_IPS%%,*}
SERVER=https://$FIRST_IP:6443
if [[ $FIRST_IP == *:* ]]; then SERVER=https://[$FIRST_IP]:6443; fi

# Hierarchies of cgroup v1.
CONTROLLERS=(cpu cpuacct cpuset memory devices freezer blkio pids systemd)

export KUBECONFIG=$NODE/admin.kubeconfig PATH=$NODE/bin:$PATH
